import { useT } from "../../i18n/use-t.ts";
import { Chip } from "../state-chip.tsx";
import type { JobCounts } from "./job-rows.ts";
import { viewOf } from "./job-view.ts";

export function JobStateChip({ job }: { job: JobCounts }) {
  return <Chip color={viewOf(job).color}>{useT()(`jobs.state.${job.state}`)}</Chip>;
}
