import { Box } from "@mui/material";
import { useGetList } from "react-admin";
import { useParams, useSearchParams } from "react-router-dom";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { useFallbackInterval } from "../layout/live-context.tsx";
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
  const refetchInterval = useFallbackInterval();
  // As a list of one or none: a month that has not been run is no mistake.
  const runs = useGetList<GrantRun>(
    "grant-runs",
    { pagination: { page: 1, perPage: 1 }, filter: { id: `${policyId}.${month}` } },
    { refetchInterval },
  );
  const run = runs.data?.[0];
  const hasNoRun = runs.data !== undefined && run === undefined;
  const error = policy.error ?? runs.error;
  const name = run?.terms.name ?? policy.data?.name ?? "";
  const title =
    name === "" ? t("grants.title") : t("grants.run.title", { name, month: format.monthAndYear(month) });
  const started = (job: string) => {
    setParams({ job });
    void runs.refetch();
  };
  return (
    <>
      <PageTitle title={title} />
      {error && <LoadFailed error={error} />}
      {!error && (policy.data === undefined || runs.data === undefined) && <Waiting />}
      {policy.data !== undefined && (
        <Box sx={{ display: "grid", gap: 2, maxWidth: 1080 }}>
          <Box>
            <TextLink to={policyPath(policyId)}>{t("grants.run.allMonths")}</TextLink>
          </Box>
          {run !== undefined && !wantsPreview && (
            <RunView run={run} policy={policy.data} onMore={() => setParams({ preview: "" })} />
          )}
          {hasNoRun && jobId !== null && (
            <Section title={t("grants.run.progress")}>
              <JobProgress jobId={jobId} label={t("grants.run.progress")} />
            </Section>
          )}
          {(wantsPreview || (hasNoRun && jobId === null)) && (
            <RunPreview policy={policy.data} month={month} onStarted={started} />
          )}
        </Box>
      )}
    </>
  );
}
