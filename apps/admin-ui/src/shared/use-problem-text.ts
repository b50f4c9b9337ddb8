import { useCallback } from "react";
import { asApiProblem } from "../api/problem.ts";
import { problemText } from "../i18n/problem-text.ts";
import { useT } from "../i18n/use-t.ts";

/** A sentence for any error of the API, in the reader's language. */
export function useProblemText(): (error: unknown) => string {
  const t = useT();
  return useCallback((error) => problemText(asApiProblem(error), t), [t]);
}
