import type { CreditRule, OverloadRule, ReminderRule } from "@hallmeter/meter-model";
import { Box, FormControlLabel, Switch, Typography } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { ChoiceField } from "../shared/choice-field.tsx";
import { DecimalField } from "../shared/decimal-field.tsx";
import { type NumberField, NumberFields } from "./number-fields.tsx";

export const LINE = { display: "flex", gap: 1.5, flexWrap: "wrap", alignItems: "center" } as const;

export interface FieldsProps<Rule> {
  rule: Rule;
  onChange: (rule: Rule) => void;
}

const AFTER_OVERLOAD: readonly NumberField<OverloadRule>[] = [
  { name: "delayS", unit: "s" },
  { name: "recloseAfterS", unit: "s" },
  { name: "reclosesPerWindow", width: 120 },
  { name: "windowS", unit: "s" },
];

export function OverloadFields({ rule, onChange }: FieldsProps<OverloadRule>) {
  const t = useT();
  const { maxCurrentCa, ...withoutCurrent } = rule;
  return (
    <Box sx={LINE}>
      <NumberFields rule={rule} fields={[{ name: "maxPowerW", unit: "W" }]} onChange={onChange} />
      <DecimalField
        label={t("rules.fields.maxCurrentCa")}
        value={maxCurrentCa ?? 0}
        digits={2}
        unit="A"
        width={220}
        onChange={(value) => onChange(value === 0 ? withoutCurrent : { ...rule, maxCurrentCa: value })}
      />
      <NumberFields rule={rule} fields={AFTER_OVERLOAD} onChange={onChange} />
      <FormControlLabel
        control={
          <Switch
            size="small"
            checked={rule.residentMayRelease}
            onChange={(event) => onChange({ ...rule, residentMayRelease: event.target.checked })}
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
  return (
    <Box sx={LINE}>
      <NumberFields
        rule={rule}
        fields={[
          { name: "level1Minor", label: "level1", digits: currencyDigits, unit: currency },
          { name: "level2Minor", label: "level2", digits: currencyDigits, unit: currency },
        ]}
        onChange={onChange}
      />
      <ChoiceField
        label={t("rules.fields.mode")}
        value={rule.mode}
        choices={REMINDER_MODES.map((value) => ({ value, label: t(`rules.reminderMode.${value}`) }))}
        onChange={(mode) => onChange({ ...rule, mode })}
        minWidth={220}
      />
      {rule.mode === "trip-and-reclose" && (
        <NumberFields rule={rule} fields={[{ name: "recloseAfterS", unit: "s" }]} onChange={onChange} />
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
