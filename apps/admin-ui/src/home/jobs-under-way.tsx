import { Box, Typography } from "@mui/material";
import { useGetList } from "react-admin";
import { useT } from "../i18n/use-t.ts";
import { JobRow } from "../jobs/job-row.tsx";
import { useFallbackInterval } from "../layout/live-context.tsx";
import { useSite } from "../layout/site-context.tsx";
import type { Job, JobState } from "../shared/job-progress/job-rows.ts";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Section } from "../shared/section.tsx";
import { TextLink } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";

const MOST_SHOWN = 5;
const ASKING: readonly JobState[] = ["queued", "running", "cancelling", "failed", "cancelled"];

/** Jobs that run, and those that stopped before all was done. */
export function JobsUnderWay() {
  const t = useT();
  const site = useSite();
  const refetchInterval = useFallbackInterval();
  const { data, error, refetch } = useGetList<Job>(
    "jobs",
    {
      pagination: { page: 1, perPage: MOST_SHOWN },
      sort: { field: "createdAt", order: "DESC" },
      filter: { siteId: site.id, state: ASKING },
    },
    { refetchInterval },
  );
  return (
    <Section title={t("home.jobs")} aside={<TextLink to="/jobs">{t("home.allJobs")}</TextLink>} flush>
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && (
        <Box sx={{ px: 2, pb: 2 }}>
          <Waiting rows={2} />
        </Box>
      )}
      {data?.length === 0 && (
        <Typography variant="body2" color="textSecondary" sx={{ px: 2, pb: 2 }}>
          {t("home.noJobs")}
        </Typography>
      )}
      {data !== undefined && data.length > 0 && (
        <Box
          component="ul"
          aria-label={t("home.jobs")}
          sx={{ m: 0, p: 0, borderTop: 1, borderColor: "divider" }}
        >
          {data.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </Box>
      )}
    </Section>
  );
}
