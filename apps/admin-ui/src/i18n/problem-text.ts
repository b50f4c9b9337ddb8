import type { ApiProblem } from "../api/problem.ts";
import { commonEn } from "./common.en.ts";
import type { MessageKeyOf, Translate } from "./translated.ts";

type ProblemKey = MessageKeyOf<Pick<typeof commonEn, "problem">>;
type ProblemCode = keyof typeof commonEn.problem;

const isKnown = (code: string): code is ProblemCode => Object.hasOwn(commonEn.problem, code);

/** The sentence for a code that comes from the API; null when it has none. */
export const codeText = (code: string, t: Translate<ProblemKey>): string | null =>
  isKnown(code) && code !== "other" && code !== "fields" ? t(`problem.${code}`) : null;

/** What went wrong, for a person: by its code, else in the API's own words; refused fields are named. */
export function problemText(problem: ApiProblem, t: Translate<ProblemKey>): string {
  const text = codeText(problem.code, t) ?? t("problem.other", { detail: problem.body.detail });
  const fields = Object.entries(problem.body.errors ?? {});
  if (fields.length === 0) return text;
  const named = fields.map(([path, message]) => `${path}: ${message}`).join("; ");
  return `${text} ${t("problem.fields", { fields: named })}`;
}
