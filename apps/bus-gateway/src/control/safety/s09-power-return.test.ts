import type { Sample } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { creditPosition, POLICY } from "../../testing/gateway-rig.ts";
import { sampleAt } from "../../testing/samples.ts";
import { startedRigs } from "../../testing/started-rigs.ts";
import { CLOSING, CREDIT_CUT } from "../../testing/switch-view.ts";
import { afterContact, contactFlags, isSettled, NO_BASELINE } from "./baseline.ts";
import { decideOperation, type SwitchView } from "./decide-operation.ts";

// That the meter is still the same one is proved too: control/meter/meter-exchange.test.ts.
const NOW = Date.UTC(2026, 0, 2, 2, 0, 0);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const start = startedRigs();

describe("S9: power's return is seen", () => {
  it("by the first sample after a start and after a gap, and by no lost round", () => {
    const seen = (atMs: number) =>
      contactFlags({ ...NO_BASELINE, lastSampleAtMs: NOW }, { atMs, nowMs: atMs }, 5000);
    expect(contactFlags(NO_BASELINE, { atMs: NOW, nowMs: NOW }, 5000)).toEqual(["first"]);
    expect(seen(NOW + 30 * SECOND)).toEqual([]);
    expect(seen(NOW + 31 * SECOND)).toEqual(["first"]);
  });
});

describe("S9: then nothing opens by itself for 10 min or until a baseline passes", () => {
  const first: Sample = sampleAt(NOW, { flags: ["first"] });

  it("which the next good sample does, and a doubtful one does not", () => {
    const contact = afterContact(NO_BASELINE, first);
    expect(isSettled(NO_BASELINE, NOW + 60 * MINUTE)).toBe(false);
    expect(isSettled(contact, NOW)).toBe(false);
    expect(isSettled(contact, NOW + 10 * MINUTE)).toBe(true);
    expect(isSettled(afterContact(contact, sampleAt(NOW + 1, { flags: ["suspect"] })), NOW + 1)).toBe(false);
    expect(isSettled(afterContact(contact, sampleAt(NOW + 1)), NOW + 1)).toBe(true);
  });

  it.each<{ why: string; view: SwitchView; expected: object }>([
    { why: "a cut waits", view: { ...CREDIT_CUT, isSettled: false }, expected: { why: "power-returned" } },
    {
      why: "for another meter too",
      view: { ...CREDIT_CUT, isSameMeter: false },
      expected: { why: "meter-changed" },
    },
    {
      why: "a person does not",
      view: { ...CREDIT_CUT, isSettled: false, isByPerson: true },
      expected: { relay: "open" },
    },
    { why: "nor a closing", view: { ...CLOSING, isSettled: false }, expected: { relay: "closed" } },
    {
      why: "but not on another meter",
      view: { ...CLOSING, isSameMeter: false },
      expected: { why: "meter-changed" },
    },
  ])("$why", ({ view, expected }) => {
    expect(decideOperation(view, POLICY, NOW)).toMatchObject(expected);
  });

  it("at a whole gateway: no cut on the first sample, though the account is empty", async () => {
    const rig = await start();
    rig.unit(1).isDead = true;
    await rig.pass(60);
    rig.server.tell({ type: "credit", position: creditPosition(1, -1, { revision: 2 }) });
    await rig.pass(10);
    rig.unit(1).isDead = false;
    const samples = rig.server.of("sample").length;
    await rig.pass(5);
    expect(rig.server.of("sample").slice(samples)[0]?.sample.flags).toContain("first");
    expect(rig.writes).toEqual([]);
    await rig.pass(30);
    expect(rig.writes).toMatchObject([{ relay: "open" }]);
  });
});

describe("S9: and nothing is charged that the baseline does not bear out", () => {
  it("a register that came back with a jump costs nobody anything", async () => {
    const rig = await start({ balanceMicro: 1_000_000 });
    rig.unit(1).isDead = true;
    await rig.pass(60);
    rig.unit(1).jumpRegister(5_000_000);
    rig.unit(1).isDead = false;
    await rig.pass(60);
    expect(rig.control.balanceMicro("h1")).toBe(1_000_000);
    expect(rig.writes).toEqual([]);
  });

  it("what was used before the failure is charged by the next good sample", async () => {
    const rig = await start({ balanceMicro: 1_000_000 });
    rig.unit(1).setLoad(3000);
    await rig.pass(126);
    rig.unit(1).setLoad(0);
    rig.unit(1).isDead = true;
    await rig.pass(60);
    rig.unit(1).isDead = false;
    await rig.pass(60);
    // 3 kW for two minutes are 100 Wh and a step begun, 0.06 at 0.60 a kWh.
    expect(rig.control.balanceMicro("h1")).toBe(1_000_000 - 60_000);
  });
});
