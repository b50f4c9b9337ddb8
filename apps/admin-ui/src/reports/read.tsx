import type { ReactNode } from "react";
import { AsOf } from "../shared/as-of.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { useRead } from "../shared/use-read.ts";
import { Waiting } from "../shared/waiting.tsx";
import type { ReportAsk } from "./report-kinds.ts";

export interface ReportProps {
  ask: ReportAsk;
}

/** Reads a report and shows what stands in its way; its view gets the answer. */
export function Read<Answer extends { rows: readonly unknown[]; asOf: string }>({
  path,
  empty,
  hasStamp = true,
  children,
}: {
  path: string;
  /** Told when there is no row. */
  empty: { title: string; help: string };
  /** False within another report, which has its own. */
  hasStamp?: boolean;
  children: (answer: Answer) => ReactNode;
}) {
  const { data, error, refetch } = useRead<Answer>("reports", path);
  if (error) return <LoadFailed error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Waiting rows={8} />;
  if (data.rows.length === 0) return <EmptyState {...empty} />;
  return (
    <>
      {children(data)}
      {hasStamp && <AsOf at={data.asOf} />}
    </>
  );
}
