import type { BusStatistics, UnitId, UnitStatistics } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import type { Circuit } from "../api/rows.ts";
import { busUnits, countHealths, errorShareMilli } from "./bus-units.ts";

const circuit = (unitAddress: UnitId, change: Partial<Circuit> = {}) =>
  ({
    id: `c${unitAddress}`,
    unitAddress,
    presence: "online",
    commissionedAt: "2026-01-01T00:00:00Z",
    ...change,
  }) as Circuit;
const unit = (unitId: UnitId, change: Partial<UnitStatistics> = {}): UnitStatistics => ({
  ...{ unitId, presence: "online", turnaroundMs: 20, allowanceMs: 80, replies: 1000, timeouts: 0 },
  ...{ crcErrors: 0, protocolErrors: 0, exceptions: 0, lastReplyAt: null },
  ...change,
});
const statistics = (...units: UnitStatistics[]): BusStatistics => ({
  ...{ state: "up", plannedMilli: 1, usedMilli: 1, ratePerSecondMilli: 1, foreignBytes: 0, lanes: {} },
  units,
});

describe("busUnits", () => {
  it("puts units in the order of their addresses, DL/T 645 last, with loops side by side and strangers too", () => {
    const circuits = [circuit("202611210061"), circuit(12), circuit(3, { id: "a" }), circuit(3, { id: "b" })];
    const units = busUnits(circuits, statistics(unit(100), unit(12)));
    expect(units.map(({ unitId, circuits: own }) => [unitId, own.length])).toEqual([
      [3, 2],
      [12, 1],
      [100, 0],
      ["202611210061", 1],
    ]);
  });

  it.each([
    ["answers", circuit(1), unit(1), "good"],
    ["answers with 2 % of errors", circuit(1), unit(1, { replies: 980, timeouts: 20 }), "troubled"],
    ["has been asked too seldom to say", circuit(1), unit(1, { replies: 9, crcErrors: 9 }), "good"],
    ["is flaky", circuit(1), unit(1, { presence: "flaky" }), "flaky"],
    ["is not commissioned", circuit(1, { commissionedAt: null }), unit(1), "new"],
    [
      "is silent, commissioned or not",
      circuit(1, { commissionedAt: null }),
      unit(1, { presence: "offline" }),
      "offline",
    ],
    [
      "is as its circuit says while the gateway has not told",
      circuit(1, { presence: "flaky" }),
      null,
      "flaky",
    ],
  ] as const)("tells of a unit that %s", (_what, own, told, expected) => {
    expect(busUnits([own], told && statistics(told))[0]?.health).toBe(expected);
  });

  it("counts each once", () => {
    expect(
      countHealths(busUnits([circuit(1), circuit(2)], statistics(unit(2, { presence: "offline" })))),
    ).toEqual({
      ...{ good: 1, troubled: 0, flaky: 0, offline: 1, new: 0 },
    });
  });
});

it("counts time-outs, CRC and protocol errors, and no refusals", () => {
  const share = errorShareMilli(
    unit(1, { replies: 97, timeouts: 1, crcErrors: 1, protocolErrors: 1, exceptions: 50 }),
  );
  expect(share).toBe(30);
});
