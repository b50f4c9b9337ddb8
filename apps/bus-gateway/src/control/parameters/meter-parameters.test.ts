import { acrelAdf400l, profileVariant, type RegisterWrite } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import type { Bus, ReadRequest, WriteRequest } from "../../bus/bus.ts";
import { GatewayError } from "../../errors.ts";
import type { CircuitWire } from "../operate-relay.ts";
import { compareWithMeter, repairParameters } from "./meter-parameters.ts";

const LOAD_SWITCH = 0x0700;
const ALLOWED_TRIPS = 0x0705;
const ALARM_1 = 0x0509;

/** The registers of one circuit, and how it takes writes. */
class Meter {
  readonly words = new Map<number, number>([
    [LOAD_SWITCH, 0],
    [ALLOWED_TRIPS, 3],
    [ALARM_1 + 1, 500],
  ]);
  readonly writes: RegisterWrite[] = [];
  /** Addresses that it keeps as they are, silently. */
  readonly locked = new Set<number>();
  /** Addresses that it refuses. */
  readonly refused = new Set<number>();
  losesWriteAnswers = false;
  isSilent = false;

  read({ block }: Pick<ReadRequest, "block">) {
    if (this.isSilent) throw new GatewayError("reply-timeout");
    if (!("address" in block)) throw new GatewayError("function-refused");
    const words = Array.from(
      { length: block.count },
      (_, index) => this.words.get(block.address + index) ?? 0,
    );
    return { words, at: 0 };
  }

  write({ write }: Pick<WriteRequest, "write">): void {
    this.writes.push(write);
    if (!("words" in write)) throw new GatewayError("function-refused");
    if (this.refused.has(write.address)) throw new GatewayError("value-refused");
    if (!this.locked.has(write.address))
      for (const [index, word] of write.words.entries()) this.words.set(write.address + index, word);
    if (this.losesWriteAnswers) throw new GatewayError("write-unconfirmed");
  }
}

function wired(meter: Meter): CircuitWire {
  const bus: Pick<Bus, "read" | "write"> = {
    read: async (request) => meter.read(request),
    write: async (request) => meter.write(request),
  };
  return {
    circuitId: "c1",
    bus: bus as Bus,
    unitId: 13,
    profile: acrelAdf400l,
    variant: profileVariant(acrelAdf400l, "single-phase"),
    timeZone: "UTC",
  };
}

const DESIRED = { "loadControl.switch": 1, "loadControl.allowedTrips": 3, "prepaid.alarm1Minor": 2000 };

describe("a meter's parameters", () => {
  it("are compared with what they shall be", async () => {
    expect(await compareWithMeter(wired(new Meter()), DESIRED, "person")).toEqual([
      { name: "prepaid.alarm1Minor", desired: 2000, actual: 500, state: "differs" },
      { name: "loadControl.switch", desired: 1, actual: 0, state: "differs" },
      { name: "loadControl.allowedTrips", desired: 3, actual: 3, state: "same" },
    ]);
  });

  it("are put right one by one, only where they differ, and read back", async () => {
    const meter = new Meter();
    const repairs = await repairParameters(wired(meter), DESIRED);
    expect(repairs.map(({ name, state, outcome }) => [name, state, outcome])).toEqual([
      ["prepaid.alarm1Minor", "same", "repaired"],
      ["loadControl.switch", "same", "repaired"],
      ["loadControl.allowedTrips", "same", undefined],
    ]);
    expect(meter.writes).toEqual([
      { address: ALARM_1, words: [0, 2000] },
      { address: LOAD_SWITCH, words: [1] },
    ]);
    await repairParameters(wired(meter), DESIRED);
    expect(meter.writes).toHaveLength(2);
  });

  it("that the meter does not keep or refuses stop no other", async () => {
    const meter = new Meter();
    meter.locked.add(ALARM_1);
    meter.refused.add(LOAD_SWITCH);
    meter.words.set(ALLOWED_TRIPS, 9);
    expect(await repairParameters(wired(meter), DESIRED)).toMatchObject([
      { name: "prepaid.alarm1Minor", outcome: "unchanged", code: "value-not-kept" },
      { name: "loadControl.switch", outcome: "refused", code: "value-refused" },
      { name: "loadControl.allowedTrips", outcome: "repaired" },
    ]);
  });

  it("are repaired although the answer to the write was lost, without a second write", async () => {
    const meter = new Meter();
    meter.losesWriteAnswers = true;
    const repairs = await repairParameters(wired(meter), { "loadControl.switch": 1 });
    expect(repairs).toMatchObject([{ outcome: "repaired", actual: 1 }]);
    expect(meter.writes).toHaveLength(1);
  });

  it("beyond their range are not written", async () => {
    const meter = new Meter();
    expect(await repairParameters(wired(meter), { "loadControl.switch": 2 })).toMatchObject([
      { outcome: "refused", code: "out-of-range" },
    ]);
    expect(meter.writes).toEqual([]);
  });

  it("of a silent unit are not judged", async () => {
    const meter = new Meter();
    meter.isSilent = true;
    await expect(repairParameters(wired(meter), DESIRED)).rejects.toMatchObject({ code: "reply-timeout" });
    expect(meter.writes).toEqual([]);
  });
});
