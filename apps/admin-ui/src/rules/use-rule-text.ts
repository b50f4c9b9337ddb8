import type { CircuitRules } from "@hallmeter/meter-model";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { RULE_KINDS, type RuleKind } from "./rows.ts";
import { markedMinutes } from "./schedule-days.ts";

/** One rule of a circuit in a sentence; null where it has none. */
export function useRuleText(): (rules: CircuitRules, kind: RuleKind) => string | null {
  const t = useT();
  const format = useFormat();
  const { restWeekdays } = useSite();
  return (rules, kind) => {
    switch (kind) {
      case "overload": {
        const rule = rules.overload;
        if (rule === undefined) return null;
        const params = {
          power: format.power(rule.maxPowerW),
          delay: format.duration(rule.delayS),
          reclose: format.duration(rule.recloseAfterS),
          times: rule.reclosesPerWindow,
          window: format.duration(rule.windowS),
        };
        return rule.maxCurrentCa === undefined
          ? t("rules.summary.overload", params)
          : t("rules.summary.overloadCurrent", { ...params, current: format.current(rule.maxCurrentCa) });
      }
      case "viciousLoad": {
        const rule = rules.viciousLoad;
        if (rule === undefined) return null;
        return t("rules.summary.vicious", {
          mode: t(`rules.mode.${rule.mode}`),
          power: format.power(rule.stepThresholdW),
          factor: format.factor(rule.factorThresholdMilli),
          times: rule.tripsPerDay,
        });
      }
      case "schedule": {
        const rule = rules.schedule;
        if (rule === undefined) return null;
        return t("rules.summary.schedule", {
          name: rule.name,
          hours: format.duration(markedMinutes(rule.off, restWeekdays) * 60),
        });
      }
      case "reminder": {
        const rule = rules.reminder;
        if (rule === undefined) return null;
        return t("rules.summary.reminder", {
          level1: format.money(rule.level1Minor),
          level2: format.money(rule.level2Minor),
          mode: t(`rules.reminderMode.${rule.mode}`),
        });
      }
      case "credit": {
        const rule = rules.credit;
        if (rule === undefined) return null;
        return rule.debtMinor === null
          ? t("rules.summary.creditNever")
          : t("rules.summary.credit", { amount: format.money(rule.debtMinor) });
      }
    }
  };
}

/** Every rule that there is, with its sentence. */
export function useRuleTexts(): (rules: CircuitRules) => { kind: RuleKind; text: string }[] {
  const ruleText = useRuleText();
  return (rules) =>
    RULE_KINDS.flatMap((kind) => {
      const text = ruleText(rules, kind);
      return text === null ? [] : [{ kind, text }];
    });
}
