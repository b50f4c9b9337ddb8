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

const numberOf = (params: Params, name: string): number | undefined => {
  const value = params[name];
  return typeof value === "number" ? value : undefined;
};
const textOf = (params: Params, name: string): string | undefined => {
  const value = params[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};

/** Which number is shown how: one row a parameter of a hold or alarm. */
const FIGURES = [
  { param: "powerW", key: "hold.figure.measured", as: "power" },
  { param: "currentCa", key: "hold.figure.measured", as: "current" },
  { param: "stepW", key: "hold.figure.step", as: "power" },
  { param: "limitW", key: "hold.figure.limit", as: "power" },
  { param: "limitCa", key: "hold.figure.limit", as: "current" },
  { param: "ratingCa", key: "hold.figure.limit", as: "current" },
  { param: "factorPpm", key: "hold.figure.factor", as: "factorPpm" },
  { param: "balanceMinor", key: "hold.figure.balance", as: "money" },
  { param: "levelMinor", key: "hold.figure.level", as: "money" },
] as const satisfies readonly {
  param: string;
  key: CommonKey;
  as: "power" | "current" | "factorPpm" | "money";
}[];

export function figuresOf(params: Params, t: Translate<CommonKey>, format: Format): string[] {
  const figures = FIGURES.flatMap(({ param, key, as }) => {
    const value = numberOf(params, param);
    return value === undefined ? [] : [t(key, { value: format[as](value) })];
  });
  const trip = numberOf(params, "trip");
  const allowed = numberOf(params, "tripsPerDay");
  if (trip !== undefined && allowed !== undefined) figures.push(t("hold.figure.trip", { trip, allowed }));
  const rule = textOf(params, "rule");
  if (rule !== undefined) figures.push(t("hold.figure.schedule", { value: rule }));
  return figures;
}

export interface ReleaseContext {
  nowMs: number;
  /** The household's release value, where the page knows it. */
  releaseMinor?: number;
}

function releaseOf(hold: WhyHold, t: Translate<CommonKey>, format: Format, context: ReleaseContext): string {
  const time = hold.until === undefined ? undefined : format.moment(hold.until, context.nowMs);
  const isLocked = hold.locked;
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
          hold.params.residentMayRelease === true
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
  const note = textOf(hold.params, "note");
  const sentence = t(`hold.reason.${hold.reasonCode}`, { name: hold.origin.name });
  return {
    title: t(`hold.kind.${hold.kind}`),
    sentence: note === undefined ? sentence : `${sentence} ${t("hold.note", { note })}`,
    figures: figuresOf(hold.params, t, format),
    release: releaseOf(hold, t, format, context),
  };
}
