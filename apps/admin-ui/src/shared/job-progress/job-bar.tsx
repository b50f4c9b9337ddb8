import { Box } from "@mui/material";
import { useT } from "../../i18n/use-t.ts";
import { stateVar } from "../../theme/state-colors.ts";
import type { JobCounts } from "./job-rows.ts";
import { viewOf } from "./job-view.ts";

/** Done and failed parts of the whole. */
export function JobBar({ job, label, height = 8 }: { job: JobCounts; label: string; height?: number }) {
  const t = useT();
  const { doneShare, failedShare } = viewOf(job);
  const percent = Math.round((doneShare + failedShare) * 100);
  return (
    <Box
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={t("jobs.counts", { done: job.done, total: job.total ?? "…", failed: job.failed })}
      sx={{
        display: "flex",
        height,
        borderRadius: 1,
        overflow: "hidden",
        backgroundColor: "action.hover",
        "& > span": { transition: "width 300ms" },
        "@media (prefers-reduced-motion: reduce)": { "& > span": { transition: "none" } },
      }}
    >
      <Box component="span" sx={{ width: `${doneShare * 100}%`, backgroundColor: stateVar("on", "edge") }} />
      <Box
        component="span"
        sx={{ width: `${failedShare * 100}%`, backgroundColor: stateVar("alarm", "edge") }}
      />
    </Box>
  );
}
