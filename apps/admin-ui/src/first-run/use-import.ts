import { useState } from "react";
import { useDataProvider, useRefresh } from "react-admin";
import { newIdempotencyKey, waitMs } from "../api/request.ts";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useSite } from "../layout/site-context.tsx";
import type { Job } from "../shared/job-progress/job-rows.ts";

export const IMPORTABLE = ["buildings", "units", "households", "residents", "opening-balances"] as const;
export type Importable = (typeof IMPORTABLE)[number];

export interface ImportPreview {
  columns: string[];
  counts: Record<"create" | "change" | "leave" | "wrong", number>;
  lines: { line: number; outcome: string; mistakes: { path: string; code: string; message: string }[] }[];
}

const LOOK_EVERY_MS = 500;
const OVER: readonly Job["state"][] = ["done", "failed", "cancelled"];

/** Files to the API's own import: shown first, applied as a job. */
export function useImport() {
  const { id: siteId } = useSite();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const send = <Answer>(what: Importable, text: string, isDryRun: boolean) => {
    const query = new URLSearchParams({ siteId, what, dryRun: String(isDryRun) });
    return dataProvider.upload<Answer>(
      `/imports?${query}`,
      new Blob([text], { type: "text/csv" }),
      newIdempotencyKey(),
    );
  };
  return {
    preview: (what: Importable, text: string) => send<ImportPreview>(what, text, true),
    apply: (what: Importable, text: string) => send<Job>(what, text, false),
    /** Resolves when the job is over. */
    async finished(jobId: string): Promise<Job> {
      for (;;) {
        const job = await dataProvider.read<Job>(`/jobs/${encodeURIComponent(jobId)}`);
        if (OVER.includes(job.state)) return job;
        await waitMs(LOOK_EVERY_MS);
      }
    },
  };
}

/** Several files, one after another, because one stands in another. */
export function useImportInTurn() {
  const { apply, finished } = useImport();
  const refresh = useRefresh();
  const [running, setRunning] = useState<Importable | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [failedJob, setFailedJob] = useState<Job | null>(null);
  async function run(files: readonly { what: Importable; text: string }[]): Promise<void> {
    setProblem(null);
    setFailedJob(null);
    try {
      for (const { what, text } of files) {
        setRunning(what);
        const job = await finished((await apply(what, text)).id);
        if (job.state !== "done") {
          setFailedJob(job);
          return;
        }
      }
    } catch (error) {
      setProblem(error);
    } finally {
      setRunning(null);
      refresh();
    }
  }
  return { run, running, problem, failedJob };
}
