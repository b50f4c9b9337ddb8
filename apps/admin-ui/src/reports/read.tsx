import type { ReactNode } from "react";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { useRead } from "../shared/use-read.ts";
import { Waiting } from "../shared/waiting.tsx";
import type { ReportAsk } from "./report-kinds.ts";

export interface ReportProps {
  ask: ReportAsk;
}

/** Reads a report and shows what stands in its way; its view gets the answer. */
export function Read<Answer extends { rows: readonly unknown[] }>({
  path,
  empty,
  children,
}: {
  path: string;
  /** Told when there is no row. */
  empty: { title: string; help: string };
  children: (answer: Answer) => ReactNode;
}) {
  const { data, error, refetch } = useRead<Answer>("reports", path);
  if (error) return <LoadFailed error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Waiting rows={8} />;
  return data.rows.length === 0 ? <EmptyState {...empty} /> : children(data);
}
