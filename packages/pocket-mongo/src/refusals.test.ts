import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { withTables } from "./refusals.ts";

test("the README lists what the tables do and refuse (else run scripts/pocket-mongo-readme.ts)", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  expect(readme).toBe(withTables(readme));
});
