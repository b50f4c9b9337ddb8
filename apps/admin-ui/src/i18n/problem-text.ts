import type { ApiProblem, FieldProblem } from "../api/problem.ts";
import { commonEn } from "./common.en.ts";
import type { MessageKeyOf, Translate } from "./translated.ts";

type ProblemKey = MessageKeyOf<Pick<typeof commonEn, "problem">>;
type MistakeKey = MessageKeyOf<Pick<typeof commonEn, "mistake">>;
type ProblemCode = keyof typeof commonEn.problem;
type MistakeCode = keyof typeof commonEn.mistake;

const isKnown = (code: string): code is ProblemCode => Object.hasOwn(commonEn.problem, code);
const isMistake = (code: string): code is MistakeCode => Object.hasOwn(commonEn.mistake, code);

/** The sentence for a code that comes from the API; null when it has none. */
export const codeText = (code: string, t: Translate<ProblemKey>): string | null =>
  isKnown(code) && code !== "other" && code !== "fields" ? t(`problem.${code}`) : null;

/** What is wrong with one field, without its name: by its code, else in the API's own words. */
export const mistakeText = (
  { code, message }: Omit<FieldProblem, "path">,
  t: Translate<ProblemKey | MistakeKey>,
): string => (isMistake(code) ? t(`mistake.${code}`, { detail: message }) : (codeText(code, t) ?? message));

/** What is wrong with several fields, each under its name; what concerns the whole has none. */
export const mistakesText = (
  mistakes: readonly FieldProblem[],
  t: Translate<ProblemKey | MistakeKey>,
): string =>
  mistakes
    .map((mistake) => [mistake.path, mistakeText(mistake, t)].filter((part) => part !== "").join(": "))
    .join("; ");

/** What went wrong, for a person: by its code, else in the API's own words; refused fields are named. */
export function problemText(problem: ApiProblem, t: Translate<ProblemKey | MistakeKey>): string {
  const text = codeText(problem.code, t) ?? t("problem.other", { detail: problem.body.detail });
  const causes = problem.body.causes ?? [];
  if (causes.length === 0) return text;
  // A card is refused as a whole: where on it the reason stands helps nobody.
  if (problem.code === "card-refused") return causes.map((cause) => mistakeText(cause, t)).join(" ");
  return `${text} ${t("problem.fields", { fields: mistakesText(causes, t) })}`;
}
