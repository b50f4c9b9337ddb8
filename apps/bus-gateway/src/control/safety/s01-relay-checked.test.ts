import { defaultOverloadRule } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { circuitConfig, creditPosition, type GatewayRig, POLICY } from "../../testing/gateway-rig.ts";
import { sampleAt } from "../../testing/samples.ts";
import { answered, busOver, SLAVE_PROFILE } from "../../testing/scripted-bus.ts";
import { writeReply } from "../../testing/slave-frames.ts";
import { startedRigs } from "../../testing/started-rigs.ts";
import { CREDIT_CUT } from "../../testing/switch-view.ts";
import { decideOperation } from "./decide-operation.ts";
import {
  afterConfirmed,
  afterMismatch,
  afterPersonAsked,
  afterSample,
  READ_BACK_WITHIN_MS,
  UNTOUCHED,
} from "./relay-check.ts";

const NOW = Date.UTC(2026, 0, 2, 2, 0, 0);
const SECOND = 1000;
/** The command has arrived by then, and nothing has been read back. */
const AMID_THE_TRY_MS = 65;
const start = startedRigs();
const faults = (rig: Awaited<ReturnType<typeof start>>) =>
  rig.server.of("alarm").filter(({ kind }) => kind === "relay-fault");

describe("S1: intended and actual are two fields", () => {
  it("which differ while the relay does not follow, and both are told", async () => {
    const rig = await start({ balanceMicro: -1, prepare: (it) => (it.unit(1).isStuck = true) });
    expect(rig.circuit("c1").visible()).toMatchObject({ intended: "open", relay: "closed" });
    expect(rig.server.of("circuit-state").at(-1)).toMatchObject({ intended: "open", relay: "closed" });
  });
});

describe("S1: the echo of a command is compared", () => {
  const write = { address: 0x0801, words: [0x8000] };
  const command = { lane: "trip", unitId: 13, write, profile: SLAVE_PROFILE } as const;

  it("and another register in the answer is no success", async () => {
    const { bus, clock } = busOver((frame) => [answered(frame, writeReply(13, 0x0802, 1), 20)]);
    await expect(clock.until(bus.write(command)).then(() => bus.write(command))).rejects.toMatchObject({
      code: "write-unconfirmed",
    });
    await bus.close();
  });

  it("and the line's own echo is none either", async () => {
    const { bus, clock } = busOver((frame) => [{ atMs: frame.length, bytes: frame }]);
    await expect(clock.until(bus.write(command)).then(() => bus.write(command))).rejects.toMatchObject({
      code: "write-unconfirmed",
    });
    await bus.close();
  });
});

describe("S1: the relay is read back within 5 s", () => {
  it("by its own word, whatever came of the write, which is not sent again", async () => {
    const rig = await start();
    // A poll has just shown that the unit is there.
    await rig.clock.advance(500);
    rig.unit(1).losesAnswers = true;
    rig.clock.setTimer(() => {
      rig.unit(1).losesAnswers = false;
    }, 2500);
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "open" }) });
    await rig.pass(20);
    expect(READ_BACK_WITHIN_MS).toBe(5 * SECOND);
    expect(rig.writes).toHaveLength(1);
    expect(rig.results("k1")).toEqual(["sent", "confirmed"]);
  });

  it("and until it is, nothing is decided on a relay that nobody has seen", () => {
    expect(decideOperation({ ...CREDIT_CUT, actual: "unknown" }, POLICY, NOW)).toMatchObject({
      why: "relay-unknown",
    });
  });
});

describe("S1: an opened circuit shows power below 10 W within two samples", () => {
  it.each([
    { why: "no load at once", watts: [0, 0], welded: false },
    { why: "load in the first sample only", watts: [800, 9], welded: false },
    { why: "load in both", watts: [800, 10], welded: true },
    { why: "reverse load in both", watts: [-800, -10], welded: true },
  ])("$why: welded $welded", ({ watts, welded }) => {
    let record = afterConfirmed(UNTOUCHED, { relay: "open", atMs: NOW, isForOverload: false });
    for (const [index, activePowerW] of watts.entries())
      record = afterSample(record, sampleAt(NOW + (index + 1) * SECOND, { relay: "open", activePowerW }));
    expect(record.isWelded).toBe(welded);
    const later = sampleAt(NOW + 60 * SECOND, { relay: "open", activePowerW: 0 });
    expect(afterSample(record, later).isWelded).toBe(false);
  });

  it("counted from the opening on", () => {
    const record = afterConfirmed(UNTOUCHED, { relay: "open", atMs: NOW, isForOverload: false });
    const before = sampleAt(NOW - 1, { relay: "open", activePowerW: 800 });
    expect(afterSample(afterSample(record, before), before).isWelded).toBe(false);
  });

  it("or a person hears of a welded contact", async () => {
    const rig = await start({
      balanceMicro: -1,
      prepare: (it) => {
        it.unit(1).setLoad(500);
        it.unit(1).isWelded = true;
      },
    });
    await rig.pass(60);
    expect(rig.writes).toHaveLength(1);
    expect(faults(rig)).toMatchObject([
      { state: "raised", params: { problem: "load-while-open", activePowerW: 500 } },
    ]);
  });
});

describe("S1: a mismatch is tried three times at most, then an alarm, never a loop", () => {
  it("counts per wanted state", () => {
    const once = afterMismatch(UNTOUCHED, "open");
    const twice = afterMismatch(once, "open");
    const thrice = afterMismatch(twice, "open");
    expect([once, twice, thrice].map(({ isFaulty }) => isFaulty)).toEqual([false, false, true]);
    expect(afterMismatch(twice, "closed")).toMatchObject({ tries: 1, isFaulty: false });
    expect(decideOperation({ ...CREDIT_CUT, record: thrice }, POLICY, NOW)).toMatchObject({
      why: "relay-fault",
    });
  });

  it("begins anew when a person asks, when it is confirmed and when a sample shows that it has followed", () => {
    const faulty = { ...UNTOUCHED, tries: 3, triedFor: "open" as const, isFaulty: true };
    expect(afterPersonAsked(faulty)).toMatchObject({ tries: 0, isFaulty: false });
    const confirmed = afterConfirmed(faulty, { relay: "open", atMs: NOW, isForOverload: false });
    expect(confirmed.isFaulty).toBe(false);
    const open = sampleAt(NOW, { relay: "open", activePowerW: 0 });
    expect(afterSample(faulty, open).isFaulty).toBe(false);
    expect(afterSample(faulty, sampleAt(NOW, { relay: "closed" })).isFaulty).toBe(true);
  });

  it("goes on with the same count after the hold that wanted it has ended by itself", async () => {
    const overload = { ...defaultOverloadRule, maxPowerW: 1000, delayS: 5, recloseAfterS: 60 };
    const rig = await start({
      circuits: [circuitConfig(1, { rules: { overload } })],
      prepare: (it) => {
        it.unit(1).isStuck = true;
        it.unit(1).setLoad(2000);
      },
    });
    await rig.pass(900);
    const trips = rig.server
      .of("alarm")
      .filter(({ kind, state }) => kind === "overload" && state === "raised");
    expect(trips.length).toBeGreaterThan(1);
    expect(rig.writes).toHaveLength(3);
    expect(faults(rig).map(({ state }) => state)).toEqual(["raised"]);
  });

  it("tells of no fault when the gateway was killed amid a third try that the relay has followed", async () => {
    let tries = 0;
    const prepare = (it: GatewayRig) => {
      it.unit(1).isStuck = true;
      it.onRelayRequest = () => {
        tries += 1;
        if (tries !== 3) return;
        it.unit(1).isStuck = false;
        it.clock.setTimer(() => it.kill(), AMID_THE_TRY_MS);
      };
    };
    const rig = await start({ balanceMicro: -1, prepare });
    expect([tries, rig.unit(1).relay]).toEqual([3, "open"]);
    await rig.start();
    await rig.pass(120);
    expect(rig.circuit("c1").switching).toMatchObject({ tries: 0, isFaulty: false });
    expect(faults(rig)).toEqual([]);
  });

  it("at a whole gateway", async () => {
    const rig = await start({ balanceMicro: -1, prepare: (it) => (it.unit(1).isStuck = true) });
    await rig.pass(300);
    expect(rig.writes).toHaveLength(3);
    expect(faults(rig)).toMatchObject([{ state: "raised", key: "relay-fault:c1" }]);
    rig.server.tell({ type: "credit", position: creditPosition(1, -1, { revision: 2 }) });
    await rig.pass(600);
    expect(rig.writes).toHaveLength(3);
    rig.unit(1).isStuck = false;
    rig.unit(1).relay = "open";
    await rig.pass(30);
    expect(faults(rig).at(-1)?.state).toBe("cleared");
  });
});
