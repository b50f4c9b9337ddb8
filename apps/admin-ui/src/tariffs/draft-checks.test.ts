import { flatScheme } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { draftMistakes } from "./draft-checks.ts";
import { addDemand, addSeason, draftOf, paintDays, type TariffDraft } from "./tariff-draft.ts";

const flat = draftOf(flatScheme(600_000));
const noon = { dayId: "workday", fromMinute: 720, toMinute: 765 };

describe("draftMistakes", () => {
  it.each<{ why: string; draft: TariffDraft; mistakes: object[] }>([
    { why: "nothing", draft: flat, mistakes: [] },
    {
      why: "a gap, with its time and day",
      draft: paintDays(flat, ["year"], [noon], null),
      mistakes: [
        {
          code: "time-without-rate",
          params: { from: "12:00", to: "12:45", dayTypeIds: "workday", seasonIds: "year" },
        },
      ],
    },
    {
      why: "a season without days",
      draft: addSeason(flat, "Summer", "year"),
      mistakes: [{ code: "season-without-days", params: { seasonIds: "season" } }],
    },
    {
      why: "a name left empty",
      draft: addDemand(flat, " "),
      mistakes: [{ code: "name-missing", params: { list: "demands" } }],
    },
    {
      why: "a day of no season",
      draft: {
        ...flat,
        seasons: [{ id: "year", name: "All year", ranges: [{ from: "01-02", to: "12-31" }] }],
      },
      mistakes: [{ code: "days-without-season", params: { from: "01-01", to: "01-01" } }],
    },
    {
      why: "what only the schema knows",
      draft: { ...flat, taxPpm: 2_000_000 },
      mistakes: [{ code: "other", params: { path: "taxPpm" } }],
    },
  ])("names $why", ({ draft, mistakes }) => {
    expect(draftMistakes(draft)).toMatchObject(mistakes);
    expect(draftMistakes(draft)).toHaveLength(mistakes.length);
  });
});
