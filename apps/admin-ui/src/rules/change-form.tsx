import {
  defaultOverloadRule,
  defaultReminderRule,
  defaultViciousLoadRule,
  type ScheduleRule,
} from "@hallmeter/meter-model";
import { Box, MenuItem, TextField } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { Section } from "../shared/section.tsx";
import { RULE_KINDS, type RuleChanges, type RuleKind } from "./rows.ts";
import { CreditFields, OverloadFields, ReminderFields } from "./rule-fields.tsx";
import { BLANK_WEEK, periodsOfWeek } from "./schedule-days.ts";
import { ScheduleFields } from "./schedule-fields.tsx";
import { ViciousFields } from "./vicious-fields.tsx";

const ACTS = ["keep", "set", "remove"] as const;
type Act = (typeof ACTS)[number];

const actOf = (changes: RuleChanges, kind: RuleKind): Act =>
  !(kind in changes) ? "keep" : changes[kind] === null ? "remove" : "set";

/** What a rule begins with when it is set: the defaults of the model, an empty week. */
const newSchedule = (name: string): ScheduleRule => ({
  id: "timetable",
  name,
  off: periodsOfWeek(BLANK_WEEK),
});

/** Rule by rule: leave, set or remove. */
export function ChangeForm({
  changes,
  onChange,
  undo,
  redo,
}: {
  changes: RuleChanges;
  onChange: (changes: RuleChanges) => void;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
}) {
  const t = useT();
  const set = (fields: RuleChanges) => onChange({ ...changes, ...fields });
  function choose(kind: RuleKind, act: Act): void {
    const { [kind]: _, ...others } = changes;
    const begun = {
      overload: defaultOverloadRule,
      viciousLoad: defaultViciousLoadRule,
      schedule: newSchedule(t("rules.kind.schedule")),
      reminder: defaultReminderRule,
      credit: { debtMinor: 0 },
    };
    if (act === "keep") onChange(others);
    else onChange({ ...others, [kind]: act === "remove" ? null : begun[kind] });
  }
  return (
    <Box sx={{ display: "grid", gap: 2 }}>
      {RULE_KINDS.map((kind) => (
        <Section
          key={kind}
          title={t(`rules.kind.${kind}`)}
          aside={
            <TextField
              select
              size="small"
              value={actOf(changes, kind)}
              onChange={(event) => {
                const act = ACTS.find((each) => each === event.target.value);
                if (act !== undefined) choose(kind, act);
              }}
              slotProps={{
                htmlInput: { "aria-label": t("rules.actOf", { kind: t(`rules.kind.${kind}`) }) },
              }}
              sx={{ minWidth: 150 }}
            >
              {ACTS.map((act) => (
                <MenuItem key={act} value={act}>
                  {t(`rules.act.${act}`)}
                </MenuItem>
              ))}
            </TextField>
          }
        >
          {kind === "overload" && changes.overload && (
            <OverloadFields rule={changes.overload} onChange={(overload) => set({ overload })} />
          )}
          {kind === "viciousLoad" && changes.viciousLoad && (
            <ViciousFields rule={changes.viciousLoad} onChange={(viciousLoad) => set({ viciousLoad })} />
          )}
          {kind === "schedule" && changes.schedule && (
            <ScheduleFields
              rule={changes.schedule}
              onChange={(schedule) => set({ schedule })}
              undo={undo}
              redo={redo}
            />
          )}
          {kind === "reminder" && changes.reminder && (
            <ReminderFields rule={changes.reminder} onChange={(reminder) => set({ reminder })} />
          )}
          {kind === "credit" && changes.credit && (
            <CreditFields rule={changes.credit} onChange={(credit) => set({ credit })} />
          )}
        </Section>
      ))}
    </Box>
  );
}
