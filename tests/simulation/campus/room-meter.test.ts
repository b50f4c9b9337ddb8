import type { Sample } from "@hallmeter/meter-model";
import { expect, it } from "vitest";
import { Random } from "../../../apps/bus-gateway/src/testing/simulation/random.ts";
import type { MeteringContext } from "../../../apps/vending-api/src/rating/metering-context.ts";
import { inMemoryMetering } from "../../../apps/vending-api/src/rating/testing/in-memory-metering.ts";
import { drawScheme } from "./campus-scheme.ts";
import { PlainCircuit } from "./plain-circuit.ts";
import { PlainPrices } from "./plain-prices.ts";
import { JUMPS_WH, MODULUS_WH, RoomMeter, wireSample } from "./room-meter.ts";
import { WallClock } from "./wall-clock.ts";

const BEGINS_MS = Date.parse("2040-03-23T17:11:05Z");
const TIME_ZONE = "Europe/Berlin";
const SEEDS = Number(process.env.HALLMETER_TEST_RUNS ?? 100);
const READINGS = 60;
/** A look at a final reading, a witness, a poll, a server that was away. */
const PAUSES_MS = [12_000, 100_000, 180_000, 3_600_000, 3 * 3_600_000, 9 * 3_600_000] as const;

/** Wh by what became of them, of the program and of plain reckoning. */
function live(seed: number): { program: Record<string, number>; plain: Record<string, number> } {
  const random = new Random(seed);
  const scheme = drawScheme(random);
  const wall = new WallClock(TIME_ZONE);
  const calendar = { restWeekdays: [6, 7], holidays: ["2040-03-26"], namedDays: {} };
  const payer = { householdId: "h1", tariffId: "t1", versions: [{ number: 1, fromMs: 0, scheme }] };
  const context: MeteringContext = {
    circuitId: "c1",
    siteId: "s1",
    timeZone: TIME_ZONE,
    calendar: { timeZone: TIME_ZONE, ...calendar },
    household: {
      id: "h1",
      tariffId: "t1",
      tariffVersions: [{ number: 1, effectiveFrom: new Date(0), tariff: scheme }],
    },
    currency: "EUR",
    nanoPerMinor: 10_000_000,
    ratingW: 13_800,
    registerStepWh: 10,
    energyModulusWh: Number(MODULUS_WH),
  };
  const circuit = new PlainCircuit("c1", wall, new PlainPrices({ wall, ...calendar }));
  const meter = new RoomMeter({ circuitId: "c1", meterId: "m1" }, random, BEGINS_MS);
  const metering = inMemoryMetering();
  let nowMs = BEGINS_MS;
  for (let count = 0; count < READINGS; count += 1) {
    nowMs += random.integer(1, random.pick(PAUSES_MS));
    if (random.chance(0.03) && meter.registerWh + JUMPS_WH.most < MODULUS_WH) meter.jump();
    if (random.chance(0.05)) meter.turnRelay();
    const reading = meter.read(nowMs, random.chance(0.02) ? ["clock-unsure"] : []);
    const samples: Sample[] = [wireSample(reading)];
    metering.deliver(samples, context, nowMs);
    circuit.take([reading], payer, nowMs);
  }
  const program: Record<string, number> = {};
  const plain: Record<string, number> = {};
  const add = (to: Record<string, number>, what: string, wh: number) => {
    if (wh > 0) to[what] = (to[what] ?? 0) + wh;
  };
  for (const { day, whByRate, held } of metering.accruals.values()) {
    for (const [rateId, wh] of Object.entries(whByRate)) add(program, `${day} ${rateId}`, wh);
    for (const { fromWh, toWh } of held) add(program, `${day} held`, toWh - fromWh);
  }
  for (const { day, state, wh, whByRate } of circuit.open) {
    if (state === "held") add(plain, `${day} held`, Number(wh));
    for (const [rateId, own] of whByRate) add(plain, `${day} ${rateId}`, Number(own));
  }
  return { program, plain };
}

it("the program and plain reckoning believe the same of a room's meter, however soon it is read again", () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { program, plain } = live(seed);
    expect(program, `seed ${seed}`).toEqual(plain);
  }
});
