import { Box, ButtonBase, TextField, Typography } from "@mui/material";
import { useMemo, useState } from "react";
import type { Circuit } from "../api/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Fact, Facts, Section } from "../shared/section.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { useNowMs } from "../shared/use-now.ts";
import { useRead } from "../shared/use-read.ts";
import { Waiting } from "../shared/waiting.tsx";
import {
  countReplay,
  type RecordedStep,
  type Replayed,
  replay,
  type Trial,
  trialOf,
  triedRule,
} from "./recorded-step.ts";
import { StepChart } from "./step-chart.tsx";

const OUTCOME_COLORS = {
  vicious: "alarm",
  "factor-too-low": "on",
  "outside-ranges": "on",
  "below-threshold": "on",
  undecided: "unknown",
} as const;

function Outcome({ outcome, isTripped = false }: { outcome: RecordedStep["outcome"]; isTripped?: boolean }) {
  const t = useT();
  return (
    <Chip color={OUTCOME_COLORS[outcome]}>
      {t(`event.outcome.${outcome}`)}
      {isTripped && ` · ${t("evidence.tripped")}`}
    </Chip>
  );
}

function Verdict({ replayed: { step, proposed }, trial }: { replayed: Replayed; trial: Trial }) {
  const t = useT();
  const format = useFormat();
  const isChanged = proposed.outcome !== step.outcome;
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <StepChart step={step} stepThresholdW={trial.stepThresholdW} />
      <Typography variant="caption" color="textSecondary">
        {t("evidence.legend")}
      </Typography>
      <Facts>
        <Fact label={t("evidence.verdict")}>
          <Outcome outcome={step.outcome} isTripped={step.isTripped} />{" "}
          {t("evidence.byVersion", { version: step.ruleVersion })}
        </Fact>
        <Fact label={t("evidence.step")}>
          {format.power(step.deltaPowerW)} / {format.reactive(step.deltaReactiveVar)}
        </Fact>
        <Fact label={t("evidence.factor")}>{format.factorPpm(step.factorPpm)}</Fact>
        <Fact label={t("evidence.underTrial")}>
          <Outcome outcome={proposed.outcome} />
          {isChanged && ` ${t("evidence.changed")}`}
        </Fact>
      </Facts>
    </Box>
  );
}

function TrialFields({ trial, onChange }: { trial: Trial; onChange: (trial: Trial) => void }) {
  const t = useT();
  const take = (text: string, from: number, to: number, set: (value: number) => Trial) => {
    const value = Number.parseFloat(text);
    if (!Number.isNaN(value) && value >= from && value <= to) onChange(set(value));
  };
  return (
    <Box sx={{ display: "flex", gap: 1.5, flexWrap: "wrap", pt: 1 }}>
      <TextField
        type="number"
        size="small"
        label={t("evidence.threshold")}
        defaultValue={trial.stepThresholdW}
        onChange={(event) =>
          take(event.target.value, 30, 20_000, (watts) => ({ ...trial, stepThresholdW: Math.round(watts) }))
        }
        slotProps={{ htmlInput: { min: 30, max: 20_000, step: 10 } }}
        sx={{ width: 190 }}
      />
      <TextField
        type="number"
        size="small"
        label={t("evidence.factorThreshold")}
        defaultValue={trial.factorThresholdMilli / 1000}
        onChange={(event) =>
          take(event.target.value, 0.5, 1, (factor) => ({
            ...trial,
            factorThresholdMilli: Math.round(factor * 1000),
          }))
        }
        slotProps={{ htmlInput: { min: 0.5, max: 1, step: 0.001 } }}
        sx={{ width: 190 }}
      />
    </Box>
  );
}

/** Every step that was judged, with its samples, its verdict, and what another rule would have said of it. */
export function EvidenceSection({ circuit }: { circuit: Circuit }) {
  const t = useT();
  const format = useFormat();
  const nowMs = useNowMs(60_000);
  // A verdict is told as an event.
  const { data, error, refetch } = useRead<RecordedStep[]>(
    "events",
    `/circuits/${encodeURIComponent(circuit.id)}/steps?limit=20`,
  );
  const rule = circuit.rules.viciousLoad;
  const [trial, setTrial] = useState<Trial>(() => trialOf(rule));
  const [chosenId, setChosenId] = useState<string | null>(null);
  const replayed = useMemo(() => replay(triedRule(rule, trial), data ?? []), [rule, trial, data]);
  const counts = useMemo(() => countReplay(replayed), [replayed]);
  const chosen = replayed.find(({ step }) => step.id === chosenId) ?? replayed[0];
  return (
    <Section title={t("evidence.title")}>
      {error != null && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && error == null && <Waiting rows={4} />}
      {data?.length === 0 && (
        <EmptyState
          dense
          title={t("evidence.none")}
          help={t(rule === undefined || rule.mode === "off" ? "evidence.noRule" : "evidence.noneHelp")}
        />
      )}
      {chosen !== undefined && (
        <Box id="evidence" sx={{ display: "grid", gap: 2 }}>
          <Box sx={{ display: "grid", gap: 0.75 }}>
            <Typography variant="body2">{t("evidence.trialHelp")}</Typography>
            <TrialFields trial={trial} onChange={setTrial} />
            <Typography variant="body2" role="status" sx={{ fontVariantNumeric: "tabular-nums" }}>
              {t("evidence.counts", { ...counts, steps: replayed.length })}
            </Typography>
          </Box>
          <Box
            sx={{
              display: "grid",
              gap: 2,
              gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(200px, 260px) minmax(0, 1fr)" },
            }}
          >
            <Box
              component="ul"
              aria-label={t("evidence.steps")}
              sx={{
                m: 0,
                p: 0,
                listStyle: "none",
                display: "grid",
                gap: 0.5,
                alignContent: "start",
                maxHeight: 380,
                overflow: "auto",
              }}
            >
              {replayed.map(({ step, proposed }) => (
                <li key={step.id}>
                  <ButtonBase
                    aria-pressed={step.id === chosen.step.id}
                    onClick={() => setChosenId(step.id)}
                    sx={{
                      display: "grid",
                      width: "100%",
                      justifyItems: "start",
                      justifyContent: "start",
                      gap: 0.25,
                      p: 1,
                      borderRadius: 1,
                      textAlign: "left",
                      font: "inherit",
                      border: 1,
                      borderColor: step.id === chosen.step.id ? "primary.main" : "divider",
                      "&:focus-visible": { outline: 2, outlineOffset: -2, outlineColor: "primary.main" },
                    }}
                  >
                    <Typography component="span" variant="caption" color="textSecondary">
                      {format.moment(step.at, nowMs)} · {format.power(step.deltaPowerW)}
                      {proposed.outcome !== step.outcome && ` · ${t("evidence.changed")}`}
                    </Typography>
                    <Outcome outcome={step.outcome} isTripped={step.isTripped} />
                  </ButtonBase>
                </li>
              ))}
            </Box>
            <Verdict replayed={chosen} trial={trial} />
          </Box>
        </Box>
      )}
    </Section>
  );
}
