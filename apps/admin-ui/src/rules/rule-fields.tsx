import type { CreditRule, OverloadRule, ReminderRule } from "@hallmeter/meter-model";
import { Box, FormControlLabel, Switch, Typography } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { ChoiceField } from "../shared/choice-field.tsx";
import { DecimalField } from "../shared/decimal-field.tsx";

export const LINE = { display: "flex", gap: 1.5, flexWrap: "wrap", alignItems: "center" } as const;

export interface FieldsProps<Rule> {
  rule: Rule;
  onChange: (rule: Rule) => void;
}

export function OverloadFields({ rule, onChange }: FieldsProps<OverloadRule>) {
  const t = useT();
  const set = (fields: Partial<OverloadRule>) => onChange({ ...rule, ...fields });
  const { maxCurrentCa, ...withoutCurrent } = rule;
  return (
    <Box sx={LINE}>
      <DecimalField
        label={t("rules.fields.maxPowerW")}
        value={rule.maxPowerW}
        digits={0}
        unit="W"
        onChange={(maxPowerW) => set({ maxPowerW })}
      />
      <DecimalField
        label={t("rules.fields.maxCurrentCa")}
        value={maxCurrentCa ?? 0}
        digits={2}
        unit="A"
        width={220}
        onChange={(value) => onChange(value === 0 ? withoutCurrent : { ...rule, maxCurrentCa: value })}
      />
      <DecimalField
        label={t("rules.fields.delayS")}
        value={rule.delayS}
        digits={0}
        unit="s"
        onChange={(delayS) => set({ delayS })}
      />
      <DecimalField
        label={t("rules.fields.recloseAfterS")}
        value={rule.recloseAfterS}
        digits={0}
        unit="s"
        onChange={(recloseAfterS) => set({ recloseAfterS })}
      />
      <DecimalField
        label={t("rules.fields.reclosesPerWindow")}
        value={rule.reclosesPerWindow}
        digits={0}
        width={120}
        onChange={(reclosesPerWindow) => set({ reclosesPerWindow })}
      />
      <DecimalField
        label={t("rules.fields.windowS")}
        value={rule.windowS}
        digits={0}
        unit="s"
        onChange={(windowS) => set({ windowS })}
      />
      <FormControlLabel
        control={
          <Switch
            size="small"
            checked={rule.residentMayRelease}
            onChange={(event) => set({ residentMayRelease: event.target.checked })}
          />
        }
        label={<Typography variant="body2">{t("rules.fields.residentMayRelease")}</Typography>}
      />
    </Box>
  );
}

const REMINDER_MODES = ["warn", "trip-and-reclose", "trip-until-acknowledged"] as const;

export function ReminderFields({ rule, onChange }: FieldsProps<ReminderRule>) {
  const t = useT();
  const { currency, currencyDigits } = useSite();
  const set = (fields: Partial<ReminderRule>) => onChange({ ...rule, ...fields });
  return (
    <Box sx={LINE}>
      <DecimalField
        label={t("rules.fields.level1")}
        value={rule.level1Minor}
        digits={currencyDigits}
        unit={currency}
        onChange={(level1Minor) => set({ level1Minor })}
      />
      <DecimalField
        label={t("rules.fields.level2")}
        value={rule.level2Minor}
        digits={currencyDigits}
        unit={currency}
        onChange={(level2Minor) => set({ level2Minor })}
      />
      <ChoiceField
        label={t("rules.fields.mode")}
        value={rule.mode}
        choices={REMINDER_MODES.map((value) => ({ value, label: t(`rules.reminderMode.${value}`) }))}
        onChange={(mode) => set({ mode })}
        minWidth={220}
      />
      {rule.mode === "trip-and-reclose" && (
        <DecimalField
          label={t("rules.fields.recloseAfterS")}
          value={rule.recloseAfterS}
          digits={0}
          unit="s"
          onChange={(recloseAfterS) => set({ recloseAfterS })}
        />
      )}
    </Box>
  );
}

export function CreditFields({ rule, onChange }: FieldsProps<CreditRule>) {
  const t = useT();
  const { currency, currencyDigits } = useSite();
  return (
    <Box sx={LINE}>
      <FormControlLabel
        control={
          <Switch
            size="small"
            checked={rule.debtMinor === null}
            onChange={(event) => onChange({ debtMinor: event.target.checked ? null : 0 })}
          />
        }
        label={<Typography variant="body2">{t("rules.fields.never")}</Typography>}
      />
      {rule.debtMinor !== null && (
        <DecimalField
          label={t("rules.fields.debt")}
          value={rule.debtMinor}
          digits={currencyDigits}
          unit={currency}
          width={220}
          onChange={(debtMinor) => onChange({ debtMinor })}
        />
      )}
    </Box>
  );
}
