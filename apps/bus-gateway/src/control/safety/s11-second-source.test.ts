import { describe, expect, it } from "vitest";
import { circuitConfig, creditPosition, POLICY } from "../../testing/gateway-rig.ts";
import { sampleAt } from "../../testing/samples.ts";
import { startedRigs } from "../../testing/started-rigs.ts";
import { CLOSING, CREDIT_CUT } from "../../testing/switch-view.ts";
import { decideOperation, type SwitchView } from "./decide-operation.ts";
import { isLoadSideLive } from "./second-source.ts";

const NOW = Date.UTC(2026, 0, 2, 2, 0, 0);
const start = startedRigs();
const fed = circuitConfig(1, { hasSecondSource: true });

describe("S11: the load side may be live", () => {
  it.each([
    ["power on an open relay", { relay: "open", activePowerW: 10 }, true],
    ["power the other way", { relay: "open", activePowerW: -400 }, true],
    ["current without power", { relay: "open", activePowerW: 0, currentCa: 10 }, true],
    ["nothing to be seen, which proves nothing", { relay: "open", activePowerW: 9, currentCa: 9 }, false],
    ["a closed relay", { relay: "closed", activePowerW: 400 }, false],
  ] as const)("%s", (_, sample, isLive) => {
    expect(isLoadSideLive(sampleAt(NOW, sample))).toBe(isLive);
  });
});

describe("S11: a flagged circuit is never closed while it may be", () => {
  const live = { isLive: true, isProvedDead: true };
  const unproved = { isLive: false, isProvedDead: false };
  it.each<{ why: string; view: SwitchView; expected: object }>([
    {
      why: "onto what is live, not even proved",
      view: { ...CLOSING, secondSource: live },
      expected: { why: "load-side-live" },
    },
    {
      why: "without proof, not even for a person",
      view: { ...CLOSING, isByPerson: true, secondSource: unproved },
      expected: { why: "load-side-not-proved-dead" },
    },
    {
      why: "it is opened all the same",
      view: { ...CREDIT_CUT, secondSource: { isLive: true, isProvedDead: false } },
      expected: { relay: "open" },
    },
  ])("$why", ({ view, expected }) => {
    expect(decideOperation(view, POLICY, NOW)).toMatchObject(expected);
  });

  it("it stays open until a person has proved its load side dead", async () => {
    const rig = await start({ circuits: [fed], balanceMicro: -1 });
    expect(rig.unit(1).relay).toBe("open");
    rig.server.tell({ type: "credit", position: creditPosition(1, 9_000_000, { revision: 2 }) });
    await rig.pass(60);
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "close" }) });
    await rig.pass(10);
    expect(rig.results("k1")).toEqual(["sent", "failed load-side-not-proved-dead"]);
    expect(rig.unit(1).relay).toBe("open");
    const proved = rig.command({ id: "k2", action: "close", isLoadSideDead: true });
    rig.server.tell({ type: "command", command: proved });
    await rig.pass(10);
    expect(rig.results("k2")).toEqual(["sent", "confirmed"]);
    expect(rig.unit(1).relay).toBe("closed");
  });

  it("it is not closed onto what the meter sees there, whoever asks", async () => {
    const rig = await start({ circuits: [fed], balanceMicro: -1 });
    rig.unit(1).isWelded = true;
    rig.unit(1).setLoad(400);
    rig.server.tell({ type: "credit", position: creditPosition(1, 9_000_000, { revision: 2 }) });
    await rig.pass(30);
    const command = rig.command({ id: "k1", action: "close", isLoadSideDead: true });
    rig.server.tell({ type: "command", command });
    await rig.pass(10);
    expect(rig.results("k1")).toEqual(["sent", "failed load-side-live"]);
  });

  it("a proof given for a closing that other holds forbade serves no later one", async () => {
    const rig = await start({ circuits: [fed], balanceMicro: -1 });
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "open" }) });
    await rig.pass(5);
    const release = rig.command({ id: "k2", action: "release", hold: "manual", isLoadSideDead: true });
    rig.server.tell({ type: "command", command: release });
    await rig.pass(20);
    rig.server.tell({ type: "credit", position: creditPosition(1, 9_000_000, { revision: 2 }) });
    await rig.pass(60);
    expect(rig.unit(1).relay).toBe("open");
  });

  it("and no other circuit is asked for such proof", async () => {
    const rig = await start({ balanceMicro: -1 });
    rig.server.tell({ type: "credit", position: creditPosition(1, 9_000_000, { revision: 2 }) });
    await rig.pass(30);
    expect(rig.unit(1).relay).toBe("closed");
  });
});
