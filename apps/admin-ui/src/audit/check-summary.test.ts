import { expect, it } from "vitest";
import { checkSummary } from "./check-summary.ts";

it("adds what the items found, and leaves out those that wait", () => {
  const finding = { seq: 7, code: "audit-hash-wrong", detail: "" };
  expect(
    checkSummary([
      { result: { entries: 1000, unchained: 0, broken: 1, findings: [finding] } },
      { result: null },
      { result: { entries: 20, unchained: 3, broken: 0, findings: [] } },
    ]),
  ).toEqual({ entries: 1020, unchained: 3, broken: 1, findings: [finding] });
});
