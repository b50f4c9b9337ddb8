import {
  acrelAdf400l,
  dlt645Prepaid,
  type MeterAccess,
  meterClockPolicySchema,
  type Profile,
  profileVariant,
  type UplinkItem,
} from "@hallmeter/meter-model";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { Bus, ReadRequest, WriteRequest } from "../../bus/bus.ts";
import { VirtualClock } from "../../clock.ts";
import { GatewayError } from "../../errors.ts";
import { GatewayStore } from "../../store/gateway-store.ts";
import { circuitConfig } from "../../testing/gateway-rig.ts";
import { MemoryTables } from "../../testing/memory-tables.ts";
import { AlarmBook } from "../alarm-book.ts";
import type { CircuitControl } from "../circuit-control.ts";
import { MeterCare } from "./meter-care.ts";
import { MeterNotes } from "./meter-notes.ts";

const SECOND = 1000;
const DAY = 86_400_000;
/** Friday 10:07 in Shanghai, seven minutes after a quarter. */
const START = Date.UTC(2026, 0, 2, 2, 7, 0);
const ZONE_MS = 8 * 3_600_000;
const DATE = 0x04000101;
const TIME = 0x04000102;
const STATUS_1 = 0x04000501;
const COVER_COUNT = 0x03300d00;
const WRITE_DATA = 0x14;
const TELL_TIME = 0x08;
const access: MeterAccess = { level: 4, password: "000000", operator: "00000001" };

const bcd = (value: number) => ((Math.floor(value / 10) % 10) << 4) | (value % 10);
const fromBcd = (byte: number) => (byte >>> 4) * 10 + (byte & 15);

/** A DL/T 645 meter whose clock runs with ours, so much off; answers take a tenth of a second. */
class Meter {
  readonly clock = new VirtualClock(START);
  readonly writes: { control: number; data: number[] }[] = [];
  offsetMs = 0;
  status1 = 0;
  coverCount: number | null = 3;
  ignoresWrites = false;
  losesWriteAnswers = false;

  async read({ block }: Pick<ReadRequest, "block">) {
    await this.#pass();
    if (!("dataId" in block)) throw new GatewayError("function-refused");
    return { words: this.#value(block.dataId), at: this.clock.nowMs() };
  }

  async write({ write }: Pick<WriteRequest, "write">): Promise<void> {
    await this.#pass();
    if (!("control" in write)) throw new GatewayError("function-refused");
    this.writes.push(write);
    // The time of day: last three bytes of a parameter, first three of the time that is told.
    const [s = 0, m = 0, h = 0] = write.control === WRITE_DATA ? write.data.slice(-3) : write.data;
    const dayMs = ((fromBcd(h) * 60 + fromBcd(m)) * 60 + fromBcd(s)) * SECOND;
    const local = this.clock.nowMs() + ZONE_MS;
    if (!this.ignoresWrites) this.offsetMs = dayMs - (local % DAY);
    if (this.losesWriteAnswers) throw new GatewayError("write-unconfirmed");
  }

  #value(dataId: number): number[] {
    const local = new Date(this.clock.nowMs() + this.offsetMs + ZONE_MS);
    switch (dataId) {
      case DATE:
        return [
          local.getUTCDay(),
          local.getUTCDate(),
          local.getUTCMonth() + 1,
          local.getUTCFullYear() % 100,
        ].map(bcd);
      case TIME:
        return [local.getUTCSeconds(), local.getUTCMinutes(), local.getUTCHours()].map(bcd);
      case STATUS_1:
        return [this.status1, 0];
      case COVER_COUNT:
        if (this.coverCount === null) throw new GatewayError("address-refused");
        return [bcd(this.coverCount), 0, 0];
      default:
        throw new GatewayError("address-refused");
    }
  }

  #pass(): Promise<void> {
    return new Promise((resolve) => this.clock.setTimer(resolve, 100));
  }
}

interface Options {
  access?: MeterAccess | undefined;
  profile?: Profile;
  variant?: string;
  /** A price changes then. */
  rateEdgeMs?: number;
  isCorrected?: boolean;
}

function careFor(meter: Meter, options: Options = {}) {
  const { profile = dlt645Prepaid, variant = "single-phase", rateEdgeMs, isCorrected = true } = options;
  const { clock } = meter;
  const tables = new MemoryTables();
  const store = new GatewayStore({ tables, clock, log: pino({ enabled: false }) });
  const alarms = new AlarmBook(store);
  const bus: Pick<Bus, "read" | "write"> = {
    read: (request) => meter.read(request),
    write: (request) => meter.write(request),
  };
  const circuit = {
    id: "c1",
    config: circuitConfig(1),
    meter: new MeterNotes("c1", store),
    wire: {
      circuitId: "c1",
      bus,
      unitId: "000000000001",
      profile,
      variant: profileVariant(profile, variant),
      access: "access" in options ? options.access : access,
      timeZone: "Asia/Shanghai",
    },
  } as unknown as CircuitControl;
  let ids = 0;
  const care = new MeterCare({
    store,
    alarms,
    clock,
    newId: () => `e${ids++}`,
    clockPolicy: () => meterClockPolicySchema.parse({ isCorrected }),
    hasRateEdge: (_, fromMs, toMs) => rateEdgeMs !== undefined && fromMs < rateEdgeMs && rateEdgeMs <= toMs,
    onMeterChanged: () => {},
  });
  const done = async <T>(work: Promise<T>): Promise<T> => {
    await clock.until(work);
    return work;
  };
  const events = () =>
    (store.recentEvents(100) as UplinkItem[])
      .reverse()
      .flatMap((item) => (item.type === "event" ? [item] : []));
  return {
    circuit,
    alarms,
    compare: () => done(care.compareClock(circuit, "backfill")),
    readEvents: () => done(care.readEvents(circuit, "backfill")),
    told: () => events().map(({ kind }) => kind),
    events,
  };
}

describe("a meter's clock", () => {
  it("is compared and left alone while it is right", async () => {
    const meter = new Meter();
    const { compare, circuit, told } = careFor(meter);
    await compare();
    expect(meter.writes).toEqual([]);
    expect(told()).toEqual([]);
    expect(Math.abs(circuit.meter.record.clock?.offsetMs ?? Number.NaN)).toBeLessThan(SECOND);
  });

  it("is set by the time of day alone, journalled before, read back and told after", async () => {
    const meter = new Meter();
    meter.offsetMs = -12 * SECOND;
    const { compare, circuit, told, events, alarms } = careFor(meter);
    await compare();
    expect(told()).toEqual(["meter-clock-off", "meter-clock-setting", "meter-clock-set"]);
    expect(events().at(-1)).toMatchObject({ params: { by: "gateway", outcome: "set" } });
    expect(meter.writes).toMatchObject([{ control: WRITE_DATA }]);
    expect(meter.writes[0]?.data.slice(0, 4)).toEqual([0x02, 0x01, 0x00, 0x04]);
    expect(Math.abs(meter.offsetMs)).toBeLessThanOrEqual(1500);
    expect(circuit.meter.record.clock?.steppedAtMs).not.toBeNull();
    expect(alarms.raised()).toEqual([]);
    meter.offsetMs = -12 * SECOND;
    await compare();
    expect(meter.writes).toHaveLength(1);
  });

  it("goes in steps of half a minute", async () => {
    const meter = new Meter();
    meter.offsetMs = 50 * SECOND;
    await careFor(meter).compare();
    expect(Math.abs(meter.offsetMs - 20 * SECOND)).toBeLessThanOrEqual(1500);
  });

  it("that is more than a minute off raises an alarm once, is left alone, and clears it when it is right", async () => {
    const meter = new Meter();
    meter.offsetMs = 70 * SECOND;
    const { compare, alarms, events } = careFor(meter);
    await compare();
    await compare();
    expect(alarms.raised()).toMatchObject([{ kind: "meter-clock", params: { offsetS: 70 } }]);
    expect(meter.writes).toEqual([]);
    meter.offsetMs = 0;
    await compare();
    expect(alarms.raised()).toEqual([]);
    expect(events()).toEqual([]);
  });

  it("is never set across an edge of a rate, and comes again soon", async () => {
    const meter = new Meter();
    meter.offsetMs = 20 * SECOND;
    const { compare } = careFor(meter, { rateEdgeMs: START + 30 * SECOND });
    expect(await compare()).toBe("near-an-edge");
    expect(meter.writes).toEqual([]);
    await meter.clock.advance(5 * 60_000);
    expect(await compare()).toBe("done");
    expect(meter.writes).toHaveLength(1);
  });

  it("that does not take the time is told as not set, even when the answer was lost", async () => {
    const meter = new Meter();
    meter.offsetMs = 20 * SECOND;
    meter.ignoresWrites = true;
    meter.losesWriteAnswers = true;
    const { compare, events } = careFor(meter);
    await compare();
    expect(events().at(-1)).toMatchObject({ params: { outcome: "not-set", code: "write-unconfirmed" } });
    expect(meter.writes).toHaveLength(1);
  });

  it("is told the time only where the profile says that it follows, and without a password", async () => {
    const mute = new Meter();
    mute.offsetMs = 20 * SECOND;
    await careFor(mute, { access: undefined }).compare();
    expect(mute.writes).toEqual([]);
    const meter = new Meter();
    meter.offsetMs = 20 * SECOND;
    const profile: Profile = { ...dlt645Prepaid, takesBroadcastTime: true };
    const { compare, events } = careFor(meter, { access: undefined, profile });
    await compare();
    expect(meter.writes).toMatchObject([{ control: TELL_TIME }]);
    expect(events().at(-1)).toMatchObject({ params: { outcome: "set" } });
  });

  it("is only compared where the site says so", async () => {
    const meter = new Meter();
    meter.offsetMs = 20 * SECOND;
    const { compare, events } = careFor(meter, { isCorrected: false });
    await compare();
    expect(meter.writes).toEqual([]);
    expect(events()).toMatchObject([
      { kind: "meter-clock-off", params: { offsetS: 20, left: "only-compared" } },
    ]);
  });

  it("whose layout the source leaves open is neither set nor alarmed about", async () => {
    const meter = new Meter();
    const clockWords = { words: [0, 0, 0, 0], at: START };
    meter.read = async () => clockWords;
    const { compare, alarms, told } = careFor(meter, { profile: acrelAdf400l });
    await compare();
    expect(meter.writes).toEqual([]);
    expect(told()).toEqual([]);
    expect(alarms.raised()).toEqual([]);
  });
});

describe("what a meter reports", () => {
  it("is an alarm while its bit is set", async () => {
    const meter = new Meter();
    const { readEvents, alarms } = careFor(meter);
    await readEvents();
    expect(alarms.raised()).toEqual([]);
    // DL/T 645-2007, status word 1, bit 2.
    meter.status1 = 0x04;
    await readEvents();
    await readEvents();
    expect(alarms.raised()).toMatchObject([{ key: "meter-battery:c1", params: { register: "statusWord1" } }]);
    meter.status1 = 0;
    await readEvents();
    expect(alarms.raised()).toEqual([]);
  });

  it("is told and raised when a counter rises, and ends after a day", async () => {
    const meter = new Meter();
    const { readEvents, alarms, events } = careFor(meter);
    await readEvents();
    meter.coverCount = 4;
    await readEvents();
    expect(events()).toMatchObject([{ kind: "meter-cover-open", params: { count: 4 } }]);
    expect(alarms.raised()).toMatchObject([{ kind: "meter-cover-open", severity: "high" }]);
    await meter.clock.advance(DAY);
    await readEvents();
    expect(alarms.raised()).toEqual([]);
  });

  it("is passed by where a meter does not have it", async () => {
    const meter = new Meter();
    meter.coverCount = null;
    meter.status1 = 0x08;
    const { readEvents, alarms } = careFor(meter);
    await readEvents();
    expect(alarms.raised()).toMatchObject([{ kind: "meter-battery" }]);
  });
});
