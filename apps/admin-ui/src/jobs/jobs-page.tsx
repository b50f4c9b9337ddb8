import { Box, Paper, Typography } from "@mui/material";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { useGetList, useStore } from "react-admin";
import { useT } from "../i18n/use-t.ts";
import { useFallbackInterval } from "../layout/live-context.tsx";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { JobBar } from "../shared/job-progress/job-bar.tsx";
import { isKnownKind } from "../shared/job-progress/job-kinds.ts";
import type { Job, JobState } from "../shared/job-progress/job-rows.ts";
import { JobStateChip } from "../shared/job-progress/job-state-chip.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Pages } from "../shared/pages-nav.tsx";
import { jobPath, TextLink } from "../shared/text-link.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { Waiting } from "../shared/waiting.tsx";

const PER_PAGE = 20;

const FILTERS = {
  all: [],
  open: ["queued", "running", "cancelling"],
  failed: ["failed", "cancelled"],
  over: ["done"],
} as const satisfies Record<string, readonly JobState[]>;
type JobFilter = keyof typeof FILTERS;
const FILTER_NAMES = Object.keys(FILTERS) as JobFilter[];

/** Every long action and how far it is, newest first. */
export default function JobsPage() {
  const t = useT();
  const site = useSite();
  const refetchInterval = useFallbackInterval();
  const [filter, setFilter] = useStore<JobFilter>("hallmeter.jobs.filter", "all");
  const [page, setPage] = useState(1);
  const { data, total, error, refetch } = useGetList<Job>(
    "jobs",
    {
      pagination: { page, perPage: PER_PAGE },
      sort: { field: "createdAt", order: "DESC" },
      filter: { siteId: site.id, ...(FILTERS[filter].length > 0 && { state: FILTERS[filter] }) },
    },
    { refetchInterval, placeholderData: keepPreviousData },
  );
  return (
    <>
      <PageTitle title={t("jobs.title")} />
      <Box sx={{ display: "grid", gap: 1.5, maxWidth: 960 }}>
        <ToggleChips
          label={t("jobs.stateFilter")}
          options={FILTER_NAMES.map((value) => ({
            value,
            label: t(`jobs.filterState.${value}`),
            ...(value === filter && total !== undefined && { count: total }),
          }))}
          value={filter}
          onChange={(value) => {
            setFilter(value);
            setPage(1);
          }}
        />
        {error && <LoadFailed error={error} retry={() => void refetch()} />}
        <Paper variant="outlined">
          {data === undefined && !error && (
            <Box sx={{ p: 2 }}>
              <Waiting rows={6} />
            </Box>
          )}
          {data?.length === 0 && <EmptyState title={t("jobs.empty")} help={t("jobs.emptyHelp")} />}
          {data !== undefined && data.length > 0 && (
            <Box component="ul" aria-label={t("jobs.title")} sx={{ m: 0, p: 0 }}>
              {data.map((job) => (
                <JobRow key={job.id} job={job} />
              ))}
            </Box>
          )}
        </Paper>
        <Pages page={page} perPage={PER_PAGE} total={total ?? 0} onPage={setPage} label={t("jobs.title")} />
      </Box>
    </>
  );
}

function JobRow({ job }: { job: Job }) {
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
          {t("jobs.asked", { name: job.by.name, time: format.dateTime(job.createdAt) })}
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
