import type { ViciousLoadRule } from "@hallmeter/meter-model";
import AddIcon from "@mui/icons-material/Add";
import RemoveIcon from "@mui/icons-material/Close";
import { Box, Button, IconButton, Typography } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { ChoiceField } from "../shared/choice-field.tsx";
import { DecimalField } from "../shared/decimal-field.tsx";
import { type FieldsProps, LINE } from "./rule-fields.tsx";

const VICIOUS_MODES = ["off", "alarm", "trip"] as const;
const MOST_RANGES = 6;
const LEAST_RANGE_W = 30;

export function ViciousFields({ rule, onChange }: FieldsProps<ViciousLoadRule>) {
  const t = useT();
  const set = (fields: Partial<ViciousLoadRule>) => onChange({ ...rule, ...fields });
  const ranges = rule.ranges.map((range, index) => ({ range, number: index + 1 }));
  const setRange = (number: number, fields: Partial<ViciousLoadRule["ranges"][number]>) =>
    set({ ranges: rule.ranges.map((range, at) => (at === number - 1 ? { ...range, ...fields } : range)) });
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
        <DecimalField
          label={t("rules.fields.stepThresholdW")}
          value={rule.stepThresholdW}
          digits={0}
          unit="W"
          onChange={(stepThresholdW) => set({ stepThresholdW })}
        />
        <DecimalField
          label={t("rules.fields.factor")}
          value={rule.factorThresholdMilli}
          digits={3}
          width={170}
          most={1000}
          onChange={(factorThresholdMilli) => set({ factorThresholdMilli })}
        />
        <DecimalField
          label={t("rules.fields.m")}
          value={rule.confirm.m}
          digits={0}
          width={150}
          most={20}
          onChange={(m) => set({ confirm: { ...rule.confirm, m } })}
        />
        <DecimalField
          label={t("rules.fields.n")}
          value={rule.confirm.n}
          digits={0}
          width={100}
          most={20}
          onChange={(n) => set({ confirm: { ...rule.confirm, n } })}
        />
        <DecimalField
          label={t("rules.fields.settleMs")}
          value={rule.settleMs}
          digits={3}
          unit="s"
          onChange={(settleMs) => set({ settleMs })}
        />
      </Box>
      <Box role="group" aria-label={t("rules.fields.ranges")} sx={{ display: "grid", gap: 1.25 }}>
        <Typography variant="body2" color="textSecondary">
          {t("rules.fields.ranges")}
        </Typography>
        {ranges.map(({ range, number }) => (
          <Box key={number} sx={LINE}>
            <DecimalField
              label={t("rules.fields.fromW")}
              value={range.fromW}
              digits={0}
              unit="W"
              width={130}
              onChange={(fromW) => setRange(number, { fromW })}
            />
            <DecimalField
              label={t("rules.fields.toW")}
              value={range.toW}
              digits={0}
              unit="W"
              width={130}
              onChange={(toW) => setRange(number, { toW })}
            />
            <IconButton
              size="small"
              disabled={rule.ranges.length === 1}
              aria-label={t("rules.removeRange", { range: `${range.fromW}–${range.toW} W` })}
              onClick={() => set({ ranges: rule.ranges.filter((_, at) => at !== number - 1) })}
            >
              <RemoveIcon fontSize="small" />
            </IconButton>
          </Box>
        ))}
        <Box>
          <Button
            size="small"
            startIcon={<AddIcon fontSize="small" />}
            disabled={rule.ranges.length >= MOST_RANGES}
            onClick={() => {
              const fromW = Math.max(LEAST_RANGE_W, ...rule.ranges.map(({ toW }) => toW));
              set({ ranges: [...rule.ranges, { fromW, toW: fromW + 1000 }] });
            }}
          >
            {t("rules.addRange")}
          </Button>
        </Box>
      </Box>
      <Box sx={LINE}>
        <DecimalField
          label={t("rules.fields.levelThresholdW")}
          value={rule.levelThresholdW}
          digits={0}
          unit="W"
          width={240}
          onChange={(levelThresholdW) => set({ levelThresholdW })}
        />
        <DecimalField
          label={t("rules.fields.levelWindowS")}
          value={rule.levelWindowS}
          digits={0}
          unit="s"
          onChange={(levelWindowS) => set({ levelWindowS })}
        />
        <DecimalField
          label={t("rules.fields.probeAfterS")}
          value={rule.probeAfterS}
          digits={0}
          unit="s"
          onChange={(probeAfterS) => set({ probeAfterS })}
        />
        <DecimalField
          label={t("rules.fields.tripsPerDay")}
          value={rule.tripsPerDay}
          digits={0}
          width={130}
          onChange={(tripsPerDay) => set({ tripsPerDay })}
        />
      </Box>
    </Box>
  );
}
