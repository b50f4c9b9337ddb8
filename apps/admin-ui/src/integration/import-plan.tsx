import { Alert, Box, Button, Typography } from "@mui/material";
import { useState } from "react";
import { plainText } from "../audit/differences.ts";
import { mistakeText } from "../i18n/problem-text.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { RowTable } from "../shared/row-table.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import type { StateColor } from "../theme/state-colors.ts";
import { type ImportPlan, LINE_OUTCOMES, type LineOutcome, type PlannedLine } from "./rows.ts";

/** More lines say nothing more to a person; the counts are of all. */
const MOST_SHOWN = 200;

const COLORS = {
  create: "on",
  change: "switching",
  leave: "vacant",
  wrong: "alarm",
} as const satisfies Record<LineOutcome, StateColor>;

function Changes({ line: { changes, mistakes } }: { line: PlannedLine }) {
  const t = useT();
  if (mistakes.length > 0)
    return mistakes.map((mistake) => (
      <div key={mistake.path + mistake.message}>
        {mistake.path !== "" && <strong>{mistake.path}: </strong>}
        {mistakeText(mistake, t)}
      </div>
    ));
  return Object.entries(changes).map(([field, { from, to }]) => (
    <div key={field}>
      <Typography component="span" variant="body2" color="textSecondary">
        {field}:{" "}
      </Typography>
      {from !== null && from !== undefined && (
        <>
          <del>{plainText(from)}</del>
          {" → "}
        </>
      )}
      <strong>{to === null || to === undefined ? "—" : plainText(to)}</strong>
    </div>
  ));
}

/** What each line of a file would do; what is wrong comes first. */
export function ImportPlanView({
  fileName,
  plan,
  isRunning,
  onApply,
  onChooseAnother,
}: {
  fileName: string;
  plan: ImportPlan;
  isRunning: boolean;
  onApply: () => void;
  onChooseAnother: () => void;
}) {
  const t = useT();
  const format = useFormat();
  const { counts } = plan;
  const present = LINE_OUTCOMES.toReversed().filter((outcome) => counts[outcome] > 0);
  const [chosen, setChosen] = useState<LineOutcome | null>(null);
  const outcome = chosen ?? present.find((one) => one !== "leave") ?? present[0] ?? "leave";
  const lines = plan.lines.filter((line) => line.outcome === outcome);
  const toApply = counts.create + counts.change;
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <Typography variant="h3" component="h3">
        {t("integration.import.plan")}
      </Typography>
      <Typography variant="body2" color="textSecondary">
        {t("integration.import.file", {
          name: fileName,
          lines: format.integer(plan.lines.length),
          encoding: plan.encoding.toUpperCase(),
        })}
      </Typography>
      {toApply === 0 && counts.wrong === 0 && <EmptyState dense title={t("integration.import.nothing")} />}
      {counts.wrong > 0 && (
        <Alert severity="warning">{t("integration.import.wrongHelp", { smart_count: counts.wrong })}</Alert>
      )}
      <ToggleChips
        label={t("integration.import.lines")}
        options={present.map((value) => ({
          value,
          label: t(`integration.import.outcome.${value}`),
          count: counts[value],
        }))}
        value={outcome}
        onChange={setChosen}
      />
      {lines.length > 0 && (
        <RowTable
          label={t("integration.import.plan")}
          maxHeight={360}
          rows={lines.slice(0, MOST_SHOWN)}
          keyOf={({ line }) => String(line)}
          columns={[
            { key: "line", title: t("integration.import.line"), isFigure: true, show: ({ line }) => line },
            {
              key: "outcome",
              title: t("integration.import.outcomeLabel"),
              onCard: "figure",
              show: (line) => (
                <Chip color={COLORS[line.outcome]}>{t(`integration.import.outcome.${line.outcome}`)}</Chip>
              ),
            },
            {
              key: "changes",
              title: t("integration.import.changes"),
              wraps: true,
              onCard: "foot",
              show: (line) => <Changes line={line} />,
            },
          ]}
        />
      )}
      {lines.length > MOST_SHOWN && (
        <Typography variant="caption" color="textSecondary">
          {t("integration.import.mostShown", { shown: MOST_SHOWN, total: lines.length })}
        </Typography>
      )}
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1 }}>
        {toApply > 0 && (
          <Button variant="contained" loading={isRunning} onClick={onApply}>
            {t("integration.import.apply", { smart_count: toApply })}
          </Button>
        )}
        <Button color="inherit" disabled={isRunning} onClick={onChooseAnother}>
          {t("integration.import.another")}
        </Button>
      </Box>
    </Box>
  );
}
