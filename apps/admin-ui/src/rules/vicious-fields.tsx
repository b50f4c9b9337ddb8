import type { ViciousLoadRule } from "@hallmeter/meter-model";
import { Box, Typography } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { ChoiceField } from "../shared/choice-field.tsx";
import { AddButton, RemoveButton } from "../shared/list-buttons.tsx";
import { type NumberField, NumberFields } from "./number-fields.tsx";
import { type FieldsProps, LINE } from "./rule-fields.tsx";

const VICIOUS_MODES = ["off", "alarm", "trip"] as const;
const MOST_RANGES = 6;
const LEAST_RANGE_W = 30;

type Range = ViciousLoadRule["ranges"][number];

const STEP: readonly NumberField<ViciousLoadRule>[] = [
  { name: "stepThresholdW", unit: "W" },
  { name: "factorThresholdMilli", label: "factor", digits: 3, width: 170, most: 1000 },
];
const AGREEMENT: readonly NumberField<ViciousLoadRule["confirm"]>[] = [
  { name: "m", width: 150, most: 20 },
  { name: "n", width: 100, most: 20 },
];
/** Kept in ms, told in seconds. */
const SETTLING: readonly NumberField<ViciousLoadRule>[] = [{ name: "settleMs", digits: 3, unit: "s" }];
const RANGE: readonly NumberField<Range>[] = [
  { name: "fromW", unit: "W", width: 130 },
  { name: "toW", unit: "W", width: 130 },
];
const LEVEL: readonly NumberField<ViciousLoadRule>[] = [
  { name: "levelThresholdW", unit: "W", width: 240 },
  { name: "levelWindowS", unit: "s" },
  { name: "probeAfterS", unit: "s" },
  { name: "tripsPerDay", width: 130 },
];

export function ViciousFields({ rule, onChange }: FieldsProps<ViciousLoadRule>) {
  const t = useT();
  const set = (fields: Partial<ViciousLoadRule>) => onChange({ ...rule, ...fields });
  const ranges = rule.ranges.map((range, index) => ({ range, number: index + 1 }));
  const setRange = (number: number, next: Range) =>
    set({ ranges: rule.ranges.map((range, at) => (at === number - 1 ? next : range)) });
  return (
    <Box sx={{ display: "grid", gap: 1.75 }}>
      <Box sx={LINE}>
        <ChoiceField
          label={t("rules.fields.mode")}
          value={rule.mode}
          choices={VICIOUS_MODES.map((value) => ({ value, label: t(`rules.mode.${value}`) }))}
          onChange={(mode) => set({ mode })}
          minWidth={150}
        />
        <NumberFields rule={rule} fields={STEP} onChange={onChange} />
        <NumberFields rule={rule.confirm} fields={AGREEMENT} onChange={(confirm) => set({ confirm })} />
        <NumberFields rule={rule} fields={SETTLING} onChange={onChange} />
      </Box>
      <Box role="group" aria-label={t("rules.fields.ranges")} sx={{ display: "grid", gap: 1.25 }}>
        <Typography variant="body2" color="textSecondary">
          {t("rules.fields.ranges")}
        </Typography>
        {ranges.map(({ range, number }) => (
          <Box key={number} sx={LINE}>
            <NumberFields rule={range} fields={RANGE} onChange={(next) => setRange(number, next)} />
            <RemoveButton
              label={t("rules.removeRange", { range: `${range.fromW}–${range.toW} W` })}
              disabled={rule.ranges.length === 1}
              onClick={() => set({ ranges: rule.ranges.filter((_, at) => at !== number - 1) })}
            />
          </Box>
        ))}
        <Box>
          <AddButton
            label={t("rules.addRange")}
            disabled={rule.ranges.length >= MOST_RANGES}
            onClick={() => {
              const fromW = Math.max(LEAST_RANGE_W, ...rule.ranges.map(({ toW }) => toW));
              set({ ranges: [...rule.ranges, { fromW, toW: fromW + 1000 }] });
            }}
          />
        </Box>
      </Box>
      <Box sx={LINE}>
        <NumberFields rule={rule} fields={LEVEL} onChange={onChange} />
      </Box>
    </Box>
  );
}
