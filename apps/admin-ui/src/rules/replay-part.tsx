import { defaultViciousLoadRule, type ViciousLoadRule, viciousLoadRuleSchema } from "@hallmeter/meter-model";
import { Alert, Box, Button, Typography } from "@mui/material";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useDataProvider, useGetMany } from "react-admin";
import { Link } from "react-router-dom";
import { newIdempotencyKey } from "../api/request.ts";
import type { Circuit } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { ChoiceField } from "../shared/choice-field.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { RowTable } from "../shared/row-table.tsx";
import { Section } from "../shared/section.tsx";
import { circuitPath, TextLink } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";
import type { ChangeStart } from "./change-page.tsx";
import { ReplayScatter, ReplayTimeline } from "./replay-pictures.tsx";
import { judgedDifferently, measuredOf } from "./replay-scale.ts";
import type { Replay, RuleSets } from "./rows.ts";
import { RULE_CHANGE_PATH } from "./rule-paths.ts";
import { ViciousFields } from "./vicious-fields.tsx";

const DAYS = [7, 30, 90] as const;
const DAY_MS = 86_400_000;
const MOST_STEPS = 1000;
const FIGURES = ["steps", "tripped", "wouldTrip", "newTrips", "sparedTrips"] as const;
const MOST_LISTED = 50;

/** The rule that most circuits have, as the next version and in earnest: what would it have done? */
function proposalFrom(sets: RuleSets["sets"]): ViciousLoadRule {
  const rule = sets.find(({ rules }) => rules.viciousLoad !== undefined)?.rules.viciousLoad;
  const versions = sets.map(({ rules }) => rules.viciousLoad?.version ?? 0);
  return { ...(rule ?? defaultViciousLoadRule), mode: "trip", version: Math.max(1, ...versions) + 1 };
}

/** Tries a vicious-load rule on what the meters recorded, before it is switched on. */
export function ReplayPart() {
  const site = useSite();
  const { data, error, refetch } = useRow<RuleSets>("rule-sets", site.id);
  if (data === undefined)
    return error ? <LoadFailed error={error} retry={() => void refetch()} /> : <Waiting rows={6} />;
  return <ReplayView key={site.id} start={proposalFrom(data.sets)} />;
}

function ReplayView({ start }: { start: ViciousLoadRule }) {
  const t = useT();
  const may = useMay();
  const site = useSite();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [rule, setRule] = useState(start);
  const [days, setDays] = useState<number>(30);
  const mistake = viciousLoadRuleSchema.safeParse(rule).error?.issues[0];
  const { data: replay, error } = useQuery({
    queryKey: ["rules", "replay", site.id, days, rule],
    enabled: mistake === undefined,
    placeholderData: keepPreviousData,
    queryFn: () => {
      const from = new Date(Date.now() - days * DAY_MS + 60_000).toISOString();
      const body = { rule, siteId: site.id, from, limit: MOST_STEPS };
      return dataProvider.act<Replay>("/policies/vicious-load/replay", body, newIdempotencyKey());
    },
  });
  return (
    <Box
      sx={{
        display: "grid",
        gap: 2,
        alignItems: "start",
        gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 1fr) minmax(0, 1fr)" },
      }}
    >
      <Section
        title={t("rules.kind.viciousLoad")}
        aside={
          may("rules.change") && (
            <Button
              component={Link}
              to={RULE_CHANGE_PATH}
              state={{ changes: { viciousLoad: rule } } satisfies ChangeStart}
              variant="outlined"
              size="small"
            >
              {t("rules.give")}
            </Button>
          )
        }
      >
        <Box sx={{ display: "grid", gap: 2 }}>
          <Typography variant="body2" color="textSecondary">
            {t("rules.replayHelp")}
          </Typography>
          <ViciousFields rule={rule} onChange={setRule} />
          {mistake !== undefined && (
            <Alert severity="warning">
              {t("rules.invalid", { field: `${mistake.path.join(".")}: ${mistake.message}` })}
            </Alert>
          )}
        </Box>
      </Section>
      <Section
        title={t("rules.replayed")}
        aside={
          <ChoiceField
            label={t("rules.days")}
            value={days}
            choices={DAYS.map((value) => ({ value, label: t("rules.daysOf", { smart_count: value }) }))}
            onChange={setDays}
            minWidth={150}
          />
        }
      >
        {error ? <LoadFailed error={error} /> : null}
        {replay === undefined && !error && <Waiting rows={6} />}
        {replay !== undefined &&
          (replay.steps.length === 0 ? (
            <EmptyState dense title={t("rules.noSteps")} help={t("rules.noStepsHelp")} />
          ) : (
            <Box sx={{ display: "grid", gap: 1.5 }}>
              <Figures replay={replay} />
              <ReplayScatter replay={replay} rule={rule} />
              <ReplayTimeline replay={replay} />
              {replay.isCutShort && (
                <Typography variant="caption" color="textSecondary">
                  {t("rules.cutShort")}
                </Typography>
              )}
              <Differences replay={replay} />
            </Box>
          ))}
      </Section>
    </Box>
  );
}

function Figures({ replay: { summary } }: { replay: Replay }) {
  const t = useT();
  const format = useFormat();
  return (
    <Box role="status" sx={{ display: "flex", flexWrap: "wrap", columnGap: 3, rowGap: 1 }}>
      {FIGURES.map((figure) => (
        <Box key={figure}>
          <Typography
            component="span"
            sx={{
              fontSize: "1.375rem",
              fontWeight: 650,
              fontVariantNumeric: "tabular-nums",
              ...(figure === "newTrips" && summary.newTrips > 0 && { color: "error.main" }),
            }}
          >
            {format.integer(summary[figure])}
          </Typography>{" "}
          <Typography component="span" variant="body2" color="textSecondary">
            {t(`rules.figures.${figure}`, { smart_count: summary[figure] })}
          </Typography>
        </Box>
      ))}
    </Box>
  );
}

function Differences({ replay }: { replay: Replay }) {
  const t = useT();
  const format = useFormat();
  const steps = judgedDifferently(replay.steps).slice(0, MOST_LISTED);
  const { data: circuits = [] } = useGetMany<Circuit>("circuits", {
    ids: [...new Set(steps.map(({ circuitId }) => circuitId))],
  });
  if (steps.length === 0) return <Typography variant="body2">{t("rules.same")}</Typography>;
  const nameOf = (id: string) => circuits.find((circuit) => circuit?.id === id)?.name ?? "…";
  return (
    <Box>
      <Typography variant="h3" sx={{ mb: 0.5 }}>
        {t("rules.differently")}
      </Typography>
      <RowTable
        label={t("rules.differently")}
        maxHeight={320}
        rows={steps}
        keyOf={({ id }) => id}
        columns={[
          {
            key: "circuit",
            title: t("rules.circuit"),
            show: ({ circuitId }) => <TextLink to={circuitPath(circuitId)}>{nameOf(circuitId)}</TextLink>,
          },
          { key: "at", title: t("rules.time"), show: ({ at }) => format.dateTime(at) },
          {
            key: "step",
            title: t("rules.step"),
            isFigure: true,
            onCard: "figure",
            show: (step) => format.power(measuredOf(step).deltaPowerW),
          },
          {
            key: "factor",
            title: t("rules.factor"),
            isFigure: true,
            show: (step) => format.factorPpm(measuredOf(step).factorPpm),
          },
          {
            key: "happened",
            title: t("rules.happened"),
            show: ({ happened }) => t(`rules.verdict.${happened.action}`),
          },
          {
            key: "proposed",
            title: t("rules.proposed"),
            show: ({ proposed }) => t(`rules.verdict.${proposed.action}`),
          },
        ]}
      />
    </Box>
  );
}
