import { type SchemeMistakeCode, schemeMistakes, tariffSchemeSchema } from "@hallmeter/meter-model";
import { schemeOf, type TariffDraft } from "./tariff-draft.ts";

/** What keeps a draft from being put in force; a text of its code names the params. */
export interface DraftMistake {
  code: SchemeMistakeCode | "season-without-days" | "name-missing" | "other";
  params: Readonly<Record<string, string | number>>;
}

/** Everything that is wrong, gaps and overlaps first as meter-model finds them; empty when the draft can be put in force. */
export function draftMistakes(draft: TariffDraft): DraftMistake[] {
  const scheme = schemeOf(draft);
  const named = {
    rates: draft.rates,
    seasons: draft.seasons,
    dayTypes: draft.dayTypes,
    demands: draft.demands,
  };
  const found: DraftMistake[] = [
    ...draft.seasons
      .filter(({ ranges }) => ranges.length === 0)
      .map(({ id }) => ({ code: "season-without-days" as const, params: { seasonIds: id } })),
    ...schemeMistakes(scheme).map(({ code, params }) => ({ code, params })),
    ...Object.entries(named).flatMap(([list, rows]) =>
      rows
        .filter(({ name }) => name.trim() === "")
        .map(() => ({ code: "name-missing" as const, params: { list } })),
    ),
  ];
  if (found.length > 0) return found;
  const { error } = tariffSchemeSchema.safeParse(scheme);
  return (error?.issues ?? []).map(({ path, message }) => ({
    code: "other",
    params: { path: path.join("."), message },
  }));
}
