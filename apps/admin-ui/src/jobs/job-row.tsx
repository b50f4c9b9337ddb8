import { Box, Typography } from "@mui/material";
import { authorText } from "../i18n/author-text.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { JobBar } from "../shared/job-progress/job-bar.tsx";
import { isKnownKind } from "../shared/job-progress/job-kinds.ts";
import type { Job } from "../shared/job-progress/job-rows.ts";
import { JobStateChip } from "../shared/job-progress/job-state-chip.tsx";
import { jobPath, TextLink } from "../shared/text-link.tsx";

/** One job of a list: what, who asked, how far. */
export function JobRow({ job }: { job: Job }) {
  const t = useT();
  const format = useFormat();
  const kind = t(`jobs.kind.${isKnownKind(job.kind) ? job.kind : "other"}`);
  const name =
    typeof job.params.month === "string" ? `${kind} · ${format.monthAndYear(job.params.month)}` : kind;
  return (
    <Box
      component="li"
      sx={{
        listStyle: "none",
        px: 2,
        py: 1.25,
        display: "grid",
        alignItems: "center",
        columnGap: 2,
        rowGap: 0.5,
        gridTemplateColumns: { xs: "minmax(0, 1fr) auto", md: "minmax(0, 5fr) 120px minmax(0, 5fr)" },
        "& + &": { borderTop: 1, borderColor: "divider" },
      }}
    >
      <Box sx={{ minWidth: 0 }}>
        <TextLink to={jobPath(job.id)}>{name}</TextLink>
        <Typography variant="caption" color="textSecondary" component="div">
          {t("jobs.asked", { name: authorText(job.by.name, t), time: format.dateTime(job.createdAt) })}
        </Typography>
      </Box>
      <Box sx={{ justifySelf: { xs: "end", md: "start" } }}>
        <JobStateChip job={job} />
      </Box>
      <Box sx={{ gridColumn: { xs: "1 / -1", md: "auto" }, display: "grid", gap: 0.5 }}>
        <JobBar job={job} label={name} height={6} />
        <Typography variant="caption" color="textSecondary" sx={{ fontVariantNumeric: "tabular-nums" }}>
          {job.total === null
            ? t("jobs.listing")
            : t("jobs.counts", { done: job.done, total: job.total, failed: job.failed })}
        </Typography>
      </Box>
    </Box>
  );
}
