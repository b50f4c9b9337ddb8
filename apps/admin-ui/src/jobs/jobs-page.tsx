import { Box, Paper } from "@mui/material";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { useGetList, useStore } from "react-admin";
import { useT } from "../i18n/use-t.ts";
import { useFallbackInterval } from "../layout/live-context.tsx";
import { useSite } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import type { Job, JobState } from "../shared/job-progress/job-rows.ts";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Pages } from "../shared/pages-nav.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { JobRow } from "./job-row.tsx";

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
