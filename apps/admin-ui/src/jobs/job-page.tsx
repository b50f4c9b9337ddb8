import { Box } from "@mui/material";
import { useParams } from "react-router-dom";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { isKnownKind, traitsOf } from "../shared/job-progress/job-kinds.ts";
import { JobProgress } from "../shared/job-progress/job-progress.tsx";
import type { Job } from "../shared/job-progress/job-rows.ts";
import { PageTitle } from "../shared/page-title.tsx";
import { Section } from "../shared/section.tsx";
import { TextLink } from "../shared/text-link.tsx";

/** One job, to come back to. */
export default function JobPage() {
  const t = useT();
  const { id = "" } = useParams();
  const { data: job } = useRow<Job>("jobs", id);
  const title = job && isKnownKind(job.kind) ? t(`jobs.kind.${job.kind}`) : t("jobs.one");
  const page = job && traitsOf(job.kind).page?.(job.params);
  return (
    <>
      <PageTitle title={title} />
      <Box sx={{ maxWidth: 960 }}>
        <Section
          title={t("jobs.items")}
          aside={page ? <TextLink to={page}>{t("jobs.toPage")}</TextLink> : undefined}
        >
          <JobProgress key={id} jobId={id} label={title} />
        </Section>
      </Box>
    </>
  );
}
