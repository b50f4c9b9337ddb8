import { show } from "../bson/text.ts";
import type { Doc, Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { compile } from "../expression/compile.ts";
import { bind, type Scope } from "../expression/scope.ts";
import type { Stream } from "../plan/stream.ts";
import { mapped, type PipelineContext, scopeOf, variableNames } from "./stage.ts";

/** What the expression answers for a document, under the names it uses. */
const verdicts = { KEEP: "keep", PRUNE: "prune", DESCEND: "descend" } as const;

/** $redact: asks each document, and below $$DESCEND each document inside it, whether it stays. */
export function redactStage(spec: Value, context: PipelineContext): (input: Stream<Doc>) => Stream<Doc> {
  const names = new Set([...variableNames(context), ...Object.keys(verdicts)]);
  const expression = compile(spec, names);

  const redactDoc = (current: Doc, scope: Scope): Doc | undefined => {
    const verdict = expression({ ...scope, current });
    if (verdict === verdicts.KEEP) return current;
    if (verdict === verdicts.PRUNE) return undefined;
    if (verdict !== verdicts.DESCEND) {
      throw new PocketMongoError(
        17053,
        `$redact's expression should not return anything aside from the variables $$KEEP, $$DESCEND, and $$PRUNE, but returned ${show(verdict)}`,
      );
    }
    const made: Doc = new Map();
    for (const [name, value] of current) {
      const kept = redactValue(value, scope);
      if (kept !== undefined) made.set(name, kept);
    }
    return made;
  };

  const redactValue = (value: Value, scope: Scope): Value | undefined => {
    if (value instanceof Map) return redactDoc(value, scope);
    if (!Array.isArray(value)) return value;
    return value.map((one) => redactValue(one, scope)).filter((one) => one !== undefined);
  };

  return (input) =>
    mapped(input, (document) => {
      let scope = scopeOf(context, document);
      for (const [name, verdict] of Object.entries(verdicts)) scope = bind(scope, name, verdict);
      return redactDoc(document, scope);
    });
}
