import { defaultOverloadRule as overload, defaultReminderRule as reminder } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { notesOf, previewGroups } from "./preview-groups.ts";
import type { RuleChangePreview } from "./rows.ts";

type Circuit = RuleChangePreview["circuits"][number];
const circuit = (name: string, fields: Partial<Circuit>): Circuit => ({
  circuitId: name,
  name,
  before: {},
  after: { overload },
  changed: ["overload"],
  notes: [],
  ...fields,
});

describe("previewGroups", () => {
  it("puts the same changes together, whatever else the circuits have", () => {
    const groups = previewGroups([
      circuit("101", { before: { overload: { ...overload, maxPowerW: 1 } } }),
      circuit("102", {}),
      circuit("103", { before: { reminder }, after: { overload, reminder } }),
      circuit("104", { before: { overload }, changed: [] }),
    ]);
    expect(groups.map(({ names }) => names)).toEqual([["102", "103"], ["101"]]);
  });
});

it("counts notes of circuits that change only", () => {
  const notes: Circuit["notes"] = ["keeps-power"];
  expect(
    notesOf([circuit("101", { notes }), circuit("102", { notes }), circuit("103", { notes, changed: [] })]),
  ).toEqual([{ note: "keeps-power", count: 2 }]);
});
