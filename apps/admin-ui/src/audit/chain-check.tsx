import { Alert, Box, Button, Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useGetList } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { JobBar } from "../shared/job-progress/job-bar.tsx";
import type { Job, JobItem } from "../shared/job-progress/job-rows.ts";
import { viewOf } from "../shared/job-progress/job-view.ts";
import { Section } from "../shared/section.tsx";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { useProblemText } from "../shared/use-problem-text.ts";
import { checkSummary } from "./check-summary.ts";
import { auditEn } from "./messages.en.ts";

const KIND = "audit-check";
/** A job under way is read this often, beside what the stream tells. */
const WATCH_MS = 1500;
/** A thousand items are a million records. */
const MOST_ITEMS = 1000;

function Outcome({ job }: { job: Job }) {
  const t = useT();
  const format = useFormat();
  const { data: items } = useGetList<JobItem>("job-items", {
    pagination: { page: 1, perPage: MOST_ITEMS },
    sort: { field: "position", order: "ASC" },
    filter: { jobId: job.id },
  });
  if (items === undefined) return null;
  if (job.state !== "done") return <Alert severity="warning">{t("audit.check.stopped")}</Alert>;
  const { entries, unchained, broken, findings } = checkSummary(items);
  if (broken > 0)
    return (
      <Alert severity="error">
        <strong>{t("audit.check.broken", { smart_count: broken })}</strong>
        <Box component="ul" sx={{ my: 0.5, pl: 2.5 }}>
          {findings.map(({ seq, code, detail }) => (
            <li key={`${seq} ${code} ${detail}`}>
              {Object.hasOwn(auditEn.audit.check.finding, code)
                ? t(`audit.check.finding.${code as keyof typeof auditEn.audit.check.finding}`, { seq })
                : t("audit.check.finding.other", { seq, code })}
            </li>
          ))}
        </Box>
        {t("audit.check.brokenHelp")}
      </Alert>
    );
  return (
    <Alert severity="success">
      {t("audit.check.whole", {
        entries: format.integer(entries),
        time: format.dateTime(job.endedAt ?? job.createdAt),
      })}
      {unchained > 0 && ` ${t("audit.check.unchained", { smart_count: unchained })}`}
    </Alert>
  );
}

/** Whether the chain of a site is whole: the last check, and a new one as a job that can be left. */
export function ChainCheck({ siteId }: { siteId: string }) {
  const t = useT();
  const problemText = useProblemText();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const act = useKeyedAct();
  const [isStarting, setStarting] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const { data: jobs, refetch } = useGetList<Job>(
    "jobs",
    {
      pagination: { page: 1, perPage: 1 },
      sort: { field: "createdAt", order: "DESC" },
      filter: { siteId, kind: KIND },
    },
    {
      refetchInterval: ({ state }) => {
        const last = state.data?.data[0];
        return last !== undefined && !viewOf(last).isOver ? WATCH_MS : false;
      },
    },
  );
  const job = jobs?.[0];
  const isRunning = job !== undefined && !viewOf(job).isOver;

  async function start() {
    setStarting(true);
    setProblem(null);
    try {
      // A check after another is another intent.
      await dataProvider.act<Job>("/audit/checks", { siteId }, act.keyFor([siteId, job?.id]));
      act.settle();
      await refetch();
    } catch (error) {
      setProblem(error);
    } finally {
      setStarting(false);
    }
  }

  return (
    <Section
      title={t("audit.check.title")}
      aside={
        <Button
          size="small"
          variant="outlined"
          loading={isStarting || isRunning}
          onClick={() => void start()}
        >
          {t(job === undefined ? "audit.check.start" : "audit.check.again")}
        </Button>
      }
    >
      <Box sx={{ display: "grid", gap: 1 }}>
        <Typography variant="body2" color="textSecondary" sx={{ maxWidth: 760 }}>
          {t("audit.check.help")}
        </Typography>
        {problem !== null && <Alert severity="error">{problemText(problem)}</Alert>}
        {isRunning && <JobBar job={job} label={t("audit.check.running")} />}
        <Box role="status">
          {isRunning && <Typography variant="body2">{t("audit.check.running")}</Typography>}
          {job !== undefined && !isRunning && <Outcome key={job.id} job={job} />}
        </Box>
      </Box>
    </Section>
  );
}
