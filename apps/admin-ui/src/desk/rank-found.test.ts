import { describe, expect, it } from "vitest";
import type { Household } from "../api/rows.ts";
import { rankFound } from "./rank-found.ts";

const household = (unitName: string, name: string, residents: string[] = []): Household => ({
  id: `h-${unitName}`,
  siteId: "s",
  unitId: `u-${unitName}`,
  unitName,
  name,
  circuitIds: [],
  status: "open",
  tariffId: "t",
  cutMinor: 0,
  releaseMinor: 0,
  openedAt: "2026-01-01T00:00:00Z",
  pastRooms: [],
  residents: residents.map((each) => ({ id: each, name: each })),
});

describe("rankFound", () => {
  it("puts the room typed whole first, then rooms that begin so, then names", () => {
    const households = [
      household("1101", "Family Wu"),
      household("204", "101 Suite"),
      household("1012", "Zhou"),
      household("101", "Li Wei"),
    ];
    expect(rankFound(households, " 101 ").map(({ unitName }) => unitName)).toEqual([
      "101",
      "1012",
      "204",
      "1101",
    ]);
  });

  it("finds by resident, whatever the case", () => {
    const shared = [household("1012", "Zhou"), household("204", "Room four", ["Ann Lee"])];
    expect(rankFound(shared, "ann")[0]?.name).toBe("Room four");
  });
});
