import { Alert, Box, Button, Typography } from "@mui/material";
import { type ReactNode, useState } from "react";
import { useDataProvider } from "react-admin";
import { useMay } from "../../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../../data/data-provider.ts";
import { useRow } from "../../data/use-row.ts";
import { authorText } from "../../i18n/author-text.ts";
import { codeText } from "../../i18n/problem-text.ts";
import { useT } from "../../i18n/use-t.ts";
import { useFormat } from "../../layout/site-context.tsx";
import { LoadFailed } from "../load-failed.tsx";
import { useKeyedAct } from "../use-keyed-act.ts";
import { useProblemText } from "../use-problem-text.ts";
import { Waiting } from "../waiting.tsx";
import { JobBar } from "./job-bar.tsx";
import { JobItems } from "./job-items.tsx";
import { traitsOf } from "./job-kinds.ts";
import type { Job, JobItem } from "./job-rows.ts";
import { JobStateChip } from "./job-state-chip.tsx";
import { viewOf } from "./job-view.ts";

/** Beside what the stream tells, a job under way is read this often. */
const WATCH_MS = 2000;

interface Props {
  jobId: string;
  /** What the job does, for those who cannot see its heading. */
  label: string;
  itemAction?: (item: JobItem) => ReactNode;
}

/** Follows a long job: how far, what became of each item and why; can be stopped, resumed, left and come back to. */
export function JobProgress({ jobId, label, itemAction }: Props) {
  const [isWatched, setIsWatched] = useState(true);
  const {
    data: job,
    error,
    refetch,
  } = useRow<Job>("jobs", jobId, isWatched ? { refetchInterval: WATCH_MS } : {});
  if (job !== undefined && isWatched === viewOf(job).isOver) setIsWatched(!viewOf(job).isOver);
  if (error) return <LoadFailed error={error} retry={() => void refetch()} />;
  if (job === undefined) return <Waiting rows={3} />;
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <JobHead job={job} label={label} onMoved={() => void refetch()} />
      <Results job={job} itemAction={itemAction} />
    </Box>
  );
}

/** Folded where nothing went wrong: the bar says it all. */
function Results({ job, itemAction }: { job: Job; itemAction: Props["itemAction"] }) {
  const t = useT();
  const [isOpen, setIsOpen] = useState(false);
  if (job.state !== "done" || isOpen) return <JobItems job={job} action={itemAction} />;
  if (job.total === null || job.total === 0) return null;
  return (
    <Box>
      <Button size="small" onClick={() => setIsOpen(true)}>
        {t("jobs.showItems", { smart_count: job.total })}
      </Button>
    </Box>
  );
}

function JobHead({ job, label, onMoved }: { job: Job; label: string; onMoved: () => void }) {
  const t = useT();
  const format = useFormat();
  const view = viewOf(job);
  const { waiting } = view;
  const counts =
    job.total === null
      ? t("jobs.listing")
      : t("jobs.counts", { done: job.done, total: job.total, failed: job.failed });
  return (
    <Box sx={{ display: "grid", gap: 1 }}>
      <Box sx={{ display: "flex", alignItems: "center", gap: 1, flexWrap: "wrap" }}>
        <JobStateChip job={job} />
        <Typography
          role="status"
          variant="body2"
          sx={{ flex: 1, minWidth: 140, fontVariantNumeric: "tabular-nums" }}
        >
          {counts}
          {waiting !== null && waiting > 0 && ` · ${t("jobs.waiting", { smart_count: waiting })}`}
        </Typography>
        <JobMoves job={job} onMoved={onMoved} />
      </Box>
      <JobBar job={job} label={label} />
      <Typography variant="caption" color="textSecondary">
        {t("jobs.asked", { name: authorText(job.by.name, t), time: format.dateTime(job.createdAt) })}
        {job.endedAt !== null && ` · ${t("jobs.ended", { time: format.dateTime(job.endedAt) })}`}
        {!view.isOver && ` · ${t("jobs.leave")}`}
      </Typography>
      {job.problem !== null && (
        <Alert severity="error">{codeText(job.problem.code, t) ?? job.problem.detail}</Alert>
      )}
    </Box>
  );
}

function JobMoves({ job, onMoved }: { job: Job; onMoved: () => void }) {
  const t = useT();
  const problemText = useProblemText();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const act = useKeyedAct();
  const mayDirect = useMay()(traitsOf(job.kind).right);
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const { canCancel, canResume } = viewOf(job);
  if (!mayDirect || (!canCancel && !canResume)) return null;

  async function move(what: "cancel" | "resume") {
    setIsRunning(true);
    setProblem(null);
    const path = `/jobs/${encodeURIComponent(job.id)}/${what}`;
    try {
      await dataProvider.act(path, {}, act.keyFor(path));
      act.settle();
      onMoved();
    } catch (error) {
      setProblem(error);
    } finally {
      setIsRunning(false);
    }
  }

  return (
    <>
      {canCancel && (
        <Button
          size="small"
          variant="outlined"
          color="inherit"
          loading={isRunning}
          onClick={() => void move("cancel")}
          sx={{ borderColor: "divider" }}
        >
          {t("jobs.cancel")}
        </Button>
      )}
      {canResume && (
        <Button size="small" variant="outlined" loading={isRunning} onClick={() => void move("resume")}>
          {t(job.state === "failed" ? "jobs.tryAgain" : "jobs.resume")}
        </Button>
      )}
      {problem !== null && (
        <Alert severity="error" sx={{ width: "100%" }}>
          {problemText(problem)}
        </Alert>
      )}
    </>
  );
}
