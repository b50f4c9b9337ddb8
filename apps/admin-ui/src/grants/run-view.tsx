import { Box, Button, Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider } from "react-admin";
import { useMay } from "../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { authorText } from "../i18n/author-text.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { ConfirmWithReason } from "../shared/confirm-with-reason.tsx";
import { DocumentButton } from "../shared/document-button.tsx";
import { JobProgress } from "../shared/job-progress/job-progress.tsx";
import { Fact, Facts, Section } from "../shared/section.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import type { GrantPolicy, GrantRun } from "./rows.ts";
import { RunGrants } from "./run-grants.tsx";
import { usePolicyWords } from "./use-policy-words.ts";

const MAX_REASON_LENGTH = 200;

/** A run that has begun: its terms, how far it is, what each household got, its document, and the way back. */
export function RunView({ run, policy, onMore }: { run: GrantRun; policy: GrantPolicy; onMore: () => void }) {
  const t = useT();
  const format = useFormat();
  const mayGive = useMay()("grants.give");
  const [isTakingBack, setIsTakingBack] = useState(false);
  const words = usePolicyWords()({ ...policy, ...run.terms });
  const { reversal } = run;
  return (
    <>
      <Section
        title={t("grants.run.terms")}
        aside={
          <>
            {reversal !== null && <Chip color="offline">{t("grants.run.reversed")}</Chip>}
            <DocumentButton
              path={`/grant-runs/${encodeURIComponent(run.id)}/report.pdf`}
              label={t("grants.run.document")}
            />
          </>
        }
      >
        <Box sx={{ display: "grid", gap: 1.5 }}>
          <Typography variant="body1">{words.gift}</Typography>
          <Facts>
            <Fact label={t("grants.run.by")}>
              {t("grants.run.byWhom", {
                name: authorText(run.createdBy.name, t),
                time: format.dateTime(run.createdAt),
              })}
            </Fact>
            {reversal !== null && (
              <Fact label={t("grants.run.reversed")}>
                {t("grants.run.reversedBy", {
                  name: reversal.by.name,
                  time: format.dateTime(reversal.at),
                  reason: reversal.reason,
                })}
              </Fact>
            )}
          </Facts>
          {mayGive && reversal === null && (
            <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap" }}>
              <Button variant="outlined" onClick={onMore}>
                {t("grants.run.more")}
              </Button>
              <Button variant="outlined" color="error" onClick={() => setIsTakingBack(true)}>
                {t("grants.run.takeBack")}
              </Button>
            </Box>
          )}
        </Box>
      </Section>
      {reversal?.job && (
        <Section title={t("grants.run.reversalProgress")}>
          <JobProgress
            key={reversal.job.id}
            jobId={reversal.job.id}
            label={t("grants.run.reversalProgress")}
          />
        </Section>
      )}
      {run.job !== null && (
        <Section title={t("grants.run.progress")}>
          <JobProgress key={run.job.id} jobId={run.job.id} label={t("grants.run.progress")} />
        </Section>
      )}
      <RunGrants run={run} />
      {isTakingBack && <TakeBack run={run} onClose={() => setIsTakingBack(false)} />}
    </>
  );
}

function TakeBack({ run, onClose }: { run: GrantRun; onClose: () => void }) {
  const t = useT();
  const format = useFormat();
  const act = useKeyedAct();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  return (
    <ConfirmWithReason
      title={t("grants.run.takeBackTitle", { month: format.monthAndYear(run.month) })}
      help={t("grants.run.takeBackHelp")}
      confirmLabel={t("grants.run.takeBack")}
      color="error"
      maxLength={MAX_REASON_LENGTH}
      onConfirm={async (reason) => {
        const path = `/grant-runs/${encodeURIComponent(run.id)}/reverse`;
        await dataProvider.act(path, { reason }, act.keyFor({ path, reason }));
        act.settle();
      }}
      onClose={onClose}
    />
  );
}
