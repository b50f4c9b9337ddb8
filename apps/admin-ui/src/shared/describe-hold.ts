import type { WhyHold } from "../api/rows.ts";
import type { Format } from "../format/format.ts";
import type { commonEn } from "../i18n/common.en.ts";
import type { MessageKeyOf, Translate } from "../i18n/translated.ts";

type CommonKey = MessageKeyOf<typeof commonEn>;

export interface DescribedHold {
  title: string;
  /** What happened, with staff's own words. */
  sentence: string;
  /** The numbers behind it, each ready to show. */
  figures: string[];
  /** Who or what ends it. */
  release: string;
}

type Params = WhyHold["params"];

const numberOf = (params: Params, ...names: string[]): number | undefined => {
  for (const name of names) {
    const value = params[name];
    if (typeof value === "number") return value;
  }
  return undefined;
};
const textOf = (params: Params, ...names: string[]): string | undefined => {
  for (const name of names) {
    const value = params[name];
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
};

/** Which number is shown how: one row a parameter of a hold or alarm. */
const FIGURES = [
  { param: "powerW", key: "hold.figure.measured", as: "power" },
  { param: "currentCa", key: "hold.figure.measured", as: "current" },
  { param: "stepW", key: "hold.figure.step", as: "power" },
  { param: "deltaPowerW", key: "hold.figure.step", as: "power" },
  { param: "levelW", key: "hold.figure.measured", as: "power" },
  { param: "limitW", key: "hold.figure.limit", as: "power" },
  { param: "limitCa", key: "hold.figure.limit", as: "current" },
  { param: "ratingCa", key: "hold.figure.limit", as: "current" },
  { param: "factorMilli", key: "hold.figure.factor", as: "factor" },
  { param: "balanceMinor", key: "hold.figure.balance", as: "money" },
  { param: "trips", key: "hold.figure.trips", as: "integer" },
] as const satisfies readonly {
  param: string;
  key: CommonKey;
  as: "power" | "current" | "factor" | "money" | "integer";
}[];

export function figuresOf(params: Params, t: Translate<CommonKey>, format: Format): string[] {
  const figures = FIGURES.flatMap(({ param, key, as }) => {
    const value = numberOf(params, param);
    return value === undefined ? [] : [t(key, { value: format[as](value) })];
  });
  const schedule = textOf(params, "scheduleName", "schedule");
  return schedule === undefined ? figures : [...figures, t("hold.figure.schedule", { value: schedule })];
}

export interface ReleaseContext {
  nowMs: number;
  /** The household's release value, where the page knows it. */
  releaseMinor?: number;
}

function releaseOf(hold: WhyHold, t: Translate<CommonKey>, format: Format, context: ReleaseContext): string {
  const time = hold.until == null ? undefined : format.moment(hold.until, context.nowMs);
  const isLocked = hold.locked === true;
  switch (hold.kind) {
    case "lockout":
      return t("hold.release.lockout", { name: hold.origin.name });
    case "safety":
      return t("hold.release.safety");
    case "manual":
      return time === undefined ? t("hold.release.manual") : t("hold.release.manualUntil", { time });
    case "overload":
      if (isLocked)
        return t(
          hold.releasers.includes("resident-where-allowed") || hold.releasers.includes("resident")
            ? "hold.release.overload-resident"
            : "hold.release.overload-locked",
        );
      return time === undefined ? t("hold.release.overload") : t("hold.release.overloadAt", { time });
    case "vicious-load":
      if (isLocked) return t("hold.release.vicious-load-locked");
      return time === undefined ? t("hold.release.vicious-load") : t("hold.release.vicious-loadAt", { time });
    case "credit": {
      const above = context.releaseMinor ?? numberOf(hold.params, "releaseMinor");
      return above === undefined
        ? t("hold.release.creditAny")
        : t("hold.release.credit", { amount: format.money(above) });
    }
    case "reminder":
      return time === undefined ? t("hold.release.reminder") : t("hold.release.reminderAt", { time });
    case "schedule":
      return time === undefined ? t("hold.release.schedule") : t("hold.release.scheduleAt", { time });
    case "campaign":
      return time === undefined ? t("hold.release.campaign") : t("hold.release.campaignAt", { time });
  }
}

/** A hold in the reader's language, from its codes and numbers; the API's English text is never shown. */
export function describeHold(
  hold: WhyHold,
  t: Translate<CommonKey>,
  format: Format,
  context: ReleaseContext,
): DescribedHold {
  const note = textOf(hold.params, "note", "reason");
  const sentence = t(`hold.reason.${hold.reasonCode}`, { name: hold.origin.name });
  return {
    title: t(`hold.kind.${hold.kind}`),
    sentence: note === undefined ? sentence : `${sentence} ${t("hold.note", { note })}`,
    figures: figuresOf(hold.params, t, format),
    release: releaseOf(hold, t, format, context),
  };
}
