import { accumulators } from "./aggregate/accumulators.ts";
import { refusedAccumulators } from "./aggregate/group.ts";
import { refusedStages, stages } from "./aggregate/stages.ts";
import { refusedCollectionOptions } from "./commands/collections.ts";
import { refusedIndexKinds } from "./commands/index-spec.ts";
import { commands, refusedCommands } from "./commands/table.ts";
import { expressionOperators, refusedExpressions } from "./expression/compile.ts";
import {
  fieldOperators,
  refusedFieldOperators,
  refusedTopLevelOperators,
  topLevelOperators,
} from "./match/parse.ts";
import { valueOperators } from "./match/tests.ts";
import { updateOperators } from "./update/operators.ts";

function list(names: readonly string[]): string {
  return [...new Set(names)]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => `\`${name}\``)
    .join(" ");
}

function section(title: string, does: readonly string[], refuses: readonly string[]): string {
  return [
    `### ${title}`,
    "",
    `Does: ${list(does)}`,
    "",
    `Refuses: ${refuses.length > 0 ? list(refuses) : "anything else"}`,
    "",
  ].join("\n");
}

/** What the server does and what it refuses, read from the very tables that decide it. The README holds this text. */
export function describeTables(): string {
  return [
    section("Commands", Object.keys(commands), Object.keys(refusedCommands)),
    section(
      "Query operators",
      [...Object.keys(topLevelOperators), ...Object.keys(fieldOperators), ...Object.keys(valueOperators)],
      [...Object.keys(refusedTopLevelOperators), ...Object.keys(refusedFieldOperators)],
    ),
    section("Update operators", [...Object.keys(updateOperators), "$rename"], []),
    section("Pipeline stages", Object.keys(stages), Object.keys(refusedStages)),
    section("Accumulators of `$group`", Object.keys(accumulators), refusedAccumulators),
    section("Expressions", Object.keys(expressionOperators), refusedExpressions),
    section(
      "Index kinds",
      ["ascending", "descending", "compound", "unique", "sparse", "partial", "multikey", "TTL", "hidden"],
      refusedIndexKinds,
    ),
    section("Collection options", [], refusedCollectionOptions).replace("Does: \n\n", ""),
  ].join("\n");
}

const begin = "<!-- tables: begin -->";
const end = "<!-- tables: end -->";

/** The README with the part between its two marks brought up to date. */
export function withTables(readme: string): string {
  const from = readme.indexOf(begin) + begin.length;
  const to = readme.indexOf(end);
  return `${readme.slice(0, from)}\n\n${describeTables()}\n${readme.slice(to)}`;
}
