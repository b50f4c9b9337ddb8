import { describe, expect, it } from "vitest";
import { EXPORT_NAMES, type ExportChoice, exportPath } from "./tables.ts";

const SITE = {
  id: "s1",
  locale: "zh" as const,
  beginOf: (day: string) => `${day}T00:00:00.000Z`,
  dayAfter: (day: string) => `${day}+1`,
};
const choice = (fields: Partial<ExportChoice> = {}): ExportChoice => ({
  ...{ buildingId: "", status: "", from: "", to: "", forPeople: true },
  ...fields,
});
const queryOf = (path: string) => Object.fromEntries(new URLSearchParams(path.split("?")[1]));

describe("the address of an export", () => {
  it.each(EXPORT_NAMES)("of %s names the site, and nothing that does not narrow it", (what) => {
    const query = queryOf(exportPath(what, choice(), SITE));
    expect(query).toMatchObject({ siteId: "s1", titles: "zh", bom: "yes" });
    expect(query.filter === undefined || what === "ledger-entries").toBe(true);
  });

  it("carries the chosen building, state or period where the table has it", () => {
    const all = choice({ buildingId: "b1", status: "open", from: "2026-03-01", to: "2026-03-31" });
    const filterOf = (what: (typeof EXPORT_NAMES)[number]) =>
      JSON.parse(queryOf(exportPath(what, all, SITE)).filter ?? "{}");
    expect(filterOf("units")).toEqual({ buildingId: "b1" });
    expect(filterOf("households")).toEqual({ status: "open" });
    const period = { from: "2026-03-01T00:00:00.000Z", to: "2026-03-31+1T00:00:00.000Z" };
    expect(filterOf("purchases")).toEqual(period);
    expect(filterOf("ledger-entries")).toEqual({ ...period, siteId: "s1" });
    expect(filterOf("buildings")).toEqual({});
  });

  it("has stable names and no mark for programs", () => {
    const query = queryOf(exportPath("units", choice({ forPeople: false }), SITE));
    expect(query).toMatchObject({ titles: "names", bom: "no" });
  });
});
