import { expect, test } from "vitest";
import { otherResidents } from "./resident-names.ts";

test.each([
  ["nobody lives there", [], ""],
  ["the household bears the only resident's name", ["Li Na"], ""],
  ["others live there too", ["Li Na", "Wang Min", "Zhao Jie"], "Wang Min, Zhao Jie"],
])("%s", (_case, names, said) => {
  const residents = names.map((name, index) => ({ id: `r${index}`, name }));
  expect(otherResidents({ name: "Li Na", residents })).toBe(said);
});
