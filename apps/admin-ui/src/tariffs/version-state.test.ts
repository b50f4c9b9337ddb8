import { expect, it } from "vitest";
import { versionStates } from "./version-state.ts";

const versions = ["2026-01-01", "2026-06-01", "2027-01-01"].map((day, index) => ({
  number: index + 1,
  effectiveFrom: `${day}T00:00:00Z`,
}));

it.each([
  ["2025-12-31", ["in-force", "coming", "coming"]],
  ["2026-03-01", ["in-force", "coming", "coming"]],
  ["2026-06-01", ["past", "in-force", "coming"]],
  ["2028-01-01", ["past", "past", "in-force"]],
])("on %s", (day, expected) => {
  expect(versionStates(versions, Date.parse(`${day}T00:00:00Z`))).toEqual(expected);
});
