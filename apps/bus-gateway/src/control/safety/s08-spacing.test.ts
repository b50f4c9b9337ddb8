import { defaultOverloadRule } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import type { SwitchingRecord } from "../../store/records.ts";
import { circuitConfig, creditPosition, POLICY } from "../../testing/gateway-rig.ts";
import { startedRigs } from "../../testing/started-rigs.ts";
import { CLOSING, CREDIT_CUT } from "../../testing/switch-view.ts";
import { decideOperation, type SwitchView } from "./decide-operation.ts";
import { afterAutomatic, isSwitchingTooOften, mayCloseFromMs } from "./operation-spacing.ts";
import { UNTOUCHED } from "./relay-check.ts";

const NOW = Date.UTC(2026, 0, 2, 2, 0, 0);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const start = startedRigs();
const gapMs = ([opened, closed]: readonly { atMs: number }[]) => (closed?.atMs ?? 0) - (opened?.atMs ?? 0);

describe("S8: at least 10 s lie between opening and closing", () => {
  const opened = (openedForOverload: boolean): SwitchingRecord => ({
    ...UNTOUCHED,
    openedAtMs: NOW,
    openedForOverload,
  });

  it("and 60 s after overload", () => {
    expect(mayCloseFromMs(opened(false), POLICY) - NOW).toBe(10 * SECOND);
    expect(mayCloseFromMs(opened(true), POLICY) - NOW).toBe(60 * SECOND);
    expect(mayCloseFromMs(UNTOUCHED, POLICY)).toBe(0);
  });

  it.each([false, true])("by a person: %s", (isByPerson) => {
    const view: SwitchView = { ...CLOSING, isByPerson, record: opened(false) };
    expect(decideOperation(view, POLICY, NOW + 10 * SECOND - 1)).toMatchObject({ why: "too-soon" });
    expect(decideOperation(view, POLICY, NOW + 10 * SECOND)).toMatchObject({ relay: "closed" });
  });

  it("a command to close waits for it", async () => {
    const rig = await start();
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "open" }) });
    await rig.pass(3);
    rig.server.tell({ type: "command", command: rig.command({ id: "k2", action: "close" }) });
    await rig.pass(20);
    expect(rig.results("k2")).toEqual(["sent", "confirmed"]);
    expect(rig.writes.map(({ relay }) => relay)).toEqual(["open", "closed"]);
    expect(gapMs(rig.writes)).toBeGreaterThanOrEqual(10 * SECOND);
  });

  it("an overload's reclosing waits a minute, whatever its rule says", async () => {
    const overload = { ...defaultOverloadRule, maxPowerW: 1500, delayS: 10, recloseAfterS: 30 };
    const rig = await start({ circuits: [circuitConfig(1, { rules: { overload } })] });
    rig.unit(1).setLoad(2500);
    await rig.pass(20);
    expect(rig.holds("c1")).toEqual(["overload"]);
    expect(rig.unit(1).relay).toBe("open");
    rig.unit(1).setLoad(100);
    await rig.pass(90);
    expect(rig.unit(1).relay).toBe("closed");
    expect(gapMs(rig.writes)).toBeGreaterThanOrEqual(MINUTE);
  });
});

describe("S8: at most six automatic operations an hour", () => {
  const busy = { ...UNTOUCHED, automaticAtMs: [1, 2, 3, 4, 5, 6].map((index) => NOW - index) };

  it("are counted over the last hour", () => {
    let record = UNTOUCHED;
    for (let index = 0; index < 6; index += 1) {
      expect(isSwitchingTooOften(record, POLICY, NOW + index)).toBe(false);
      record = afterAutomatic(record, NOW + index);
    }
    expect(isSwitchingTooOften(record, POLICY, NOW + 10)).toBe(true);
    expect(isSwitchingTooOften(record, POLICY, NOW + 60 * MINUTE)).toBe(false);
  });

  it.each<{ why: string; view: SwitchView; expected: object }>([
    { why: "a seventh cut waits", view: CREDIT_CUT, expected: { why: "too-often" } },
    { why: "a seventh closing waits", view: CLOSING, expected: { why: "too-often" } },
    {
      why: "an opening that protects does not",
      view: { ...CREDIT_CUT, heldBy: ["overload"] },
      expected: { relay: "open" },
    },
    { why: "nor a person's", view: { ...CREDIT_CUT, isByPerson: true }, expected: { relay: "open" } },
  ])("$why", ({ view, expected }) => {
    expect(decideOperation({ ...view, record: busy }, POLICY, NOW)).toMatchObject(expected);
  });

  it("and then a person hears of it", async () => {
    const rig = await start();
    for (let turn = 0; turn < 10; turn += 1) {
      const position = creditPosition(1, turn % 2 === 0 ? -1 : 9_000_000, { revision: turn + 2 });
      rig.server.tell({ type: "credit", position });
      await rig.pass(30);
    }
    expect(rig.writes).toHaveLength(6);
    expect(rig.server.of("alarm")[0]).toMatchObject({
      kind: "switching-too-often",
      params: { operations: 6 },
    });
  });
});
