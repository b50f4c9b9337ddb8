import { Box } from "@mui/material";
import { useParams, useSearchParams } from "react-router-dom";
import { isNotFound } from "../api/request.ts";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { JobProgress } from "../shared/job-progress/job-progress.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Section } from "../shared/section.tsx";
import { policyPath, TextLink } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";
import type { GrantPolicy, GrantRun } from "./rows.ts";
import { RunPreview } from "./run-preview.tsx";
import { RunView } from "./run-view.tsx";

/** One month of a policy: whom it would reach, or what became of it. Its address names the job while it begins. */
export default function RunPage() {
  const { id = "", month = "" } = useParams();
  return <MonthView key={`${id}.${month}`} policyId={id} month={month} />;
}

function MonthView({ policyId, month }: { policyId: string; month: string }) {
  const t = useT();
  const format = useFormat();
  const [params, setParams] = useSearchParams();
  const jobId = params.get("job");
  const wantsPreview = params.has("preview");
  const policy = useRow<GrantPolicy>("grant-policies", policyId);
  const run = useRow<GrantRun>("grant-runs", `${policyId}.${month}`);
  const error = policy.error ?? (isNotFound(run.error) ? null : run.error);
  const name = run.data?.terms.name ?? policy.data?.name ?? "";
  const title =
    name === "" ? t("grants.title") : t("grants.run.title", { name, month: format.monthAndYear(month) });
  const started = (job: string) => {
    setParams({ job });
    void run.refetch();
  };
  return (
    <>
      <PageTitle title={title} />
      {error && <LoadFailed error={error} />}
      {!error && (policy.data === undefined || (run.data === undefined && !isNotFound(run.error))) && (
        <Waiting />
      )}
      {policy.data !== undefined && (
        <Box sx={{ display: "grid", gap: 2, maxWidth: 1080 }}>
          <Box>
            <TextLink to={policyPath(policyId)}>{t("grants.run.allMonths")}</TextLink>
          </Box>
          {run.data !== undefined && !wantsPreview && (
            <RunView run={run.data} policy={policy.data} onMore={() => setParams({ preview: "" })} />
          )}
          {run.data === undefined && isNotFound(run.error) && jobId !== null && (
            <Section title={t("grants.run.progress")}>
              <JobProgress jobId={jobId} label={t("grants.run.progress")} />
            </Section>
          )}
          {(wantsPreview || (run.data === undefined && isNotFound(run.error) && jobId === null)) && (
            <RunPreview policy={policy.data} month={month} onStarted={started} />
          )}
        </Box>
      )}
    </>
  );
}
