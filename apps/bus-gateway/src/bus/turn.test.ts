import type { UnitId } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { RequestQueue } from "./request-queue.ts";
import { nextTurn, nextTurnMs, type TurnState } from "./turn.ts";
import { NEW_UNIT, type UnitHealth } from "./unit-health.ts";

const NOW_MS = 100_000;
const INTERVAL_MS = 5000;
const LIVE: UnitHealth = { ...NEW_UNIT, presence: "online" };
const MISSED: UnitHealth = { ...LIVE, missesInARow: 1 };
const DEAD: UnitHealth = { ...LIVE, presence: "offline", missesInARow: 3, nextProbeMs: NOW_MS };

interface Unit {
  health: UnitHealth;
  /** How late its poll is; negative when it is not due yet. */
  lateMs: number;
}

/** Units 1, 2, 3 … of a poll plan with a period of 5 s. */
function stateOf(units: Unit[], rest: Partial<TurnState> = {}): TurnState {
  const block = { name: "sample", function: 3, address: 0x300, count: 18 } as const;
  const profile = { minimumGapMs: 0, longestLatencyMs: 500 };
  return {
    queue: new RequestQueue(),
    polls: units.map(({ lateMs }, index) => ({
      entry: {
        key: `${index + 1}`,
        unitId: index + 1,
        blocks: [block],
        holes: [],
        profile,
        intervalMs: INTERVAL_MS,
        lane: "poll",
      },
      dueMs: NOW_MS - lateMs,
      replies: [],
      begunMs: null,
    })),
    healthOf: (unitId) => units[Number(unitId) - 1]?.health ?? NEW_UNIT,
    liveSinceDoubtful: 1,
    turnsOutOfRank: 0,
    planFits: true,
    lastTurnOf: () => 0,
    ...rest,
  };
}

function polled(state: TurnState): UnitId | undefined {
  const turn = nextTurn(state, NOW_MS)?.turn;
  return turn?.kind === "poll" ? turn.poll.entry.unitId : undefined;
}

describe("whose poll is next", () => {
  const live = (lateMs: number) => ({ health: LIVE, lateMs });
  const missed = (lateMs: number) => ({ health: MISSED, lateMs });
  const dead = { health: DEAD, lateMs: 60_000 };
  const quarantined = { health: { ...LIVE, quarantinedUntilMs: NOW_MS + 300 }, lateMs: 4000 };

  it.for<{ name: string; units: Unit[]; liveSinceDoubtful: number; unitId: number | undefined }>([
    {
      name: "the live one with the earliest deadline",
      units: [live(10), live(90)],
      liveSinceDoubtful: 0,
      unitId: 2,
    },
    { name: "nobody before its time", units: [live(-1)], liveSinceDoubtful: 9, unitId: undefined },
    {
      name: "after a live one, one that has missed",
      units: [live(90), missed(10)],
      liveSinceDoubtful: 1,
      unitId: 2,
    },
    { name: "but not two of those in a row", units: [live(90), missed(10)], liveSinceDoubtful: 0, unitId: 1 },
    { name: "unless no live one is due", units: [live(-1), missed(10)], liveSinceDoubtful: 0, unitId: 2 },
    { name: "after a live one, a probe", units: [live(90), dead], liveSinceDoubtful: 1, unitId: 2 },
    {
      name: "no second probe before another live one",
      units: [live(-1), dead],
      liveSinceDoubtful: 0,
      unitId: undefined,
    },
    {
      name: "probe after probe where nothing is alive",
      units: [dead, dead],
      liveSinceDoubtful: 0,
      unitId: 1,
    },
    { name: "late live ones first", units: [live(2500), dead, missed(10)], liveSinceDoubtful: 3, unitId: 1 },
    {
      name: "with a probe or retry after every fourth",
      units: [live(2500), dead],
      liveSinceDoubtful: 4,
      unitId: 2,
    },
    { name: "nobody in quarantine", units: [quarantined, live(10)], liveSinceDoubtful: 0, unitId: 2 },
  ])("$name", ({ units, liveSinceDoubtful, unitId }) => {
    expect(polled(stateOf(units, { liveSinceDoubtful }))).toBe(unitId);
  });

  it.for([
    { name: "the next due poll", units: [live(-700), live(-300)], inMs: 300 },
    { name: "the end of a quarantine", units: [quarantined, live(-700)], inMs: 300 },
    {
      name: "the next probe",
      units: [live(-700), { health: { ...DEAD, nextProbeMs: NOW_MS + 5 }, lateMs: 0 }],
      inMs: 5,
    },
    { name: "nothing to wait for", units: [], inMs: Number.POSITIVE_INFINITY },
  ])("sleeps until $name", ({ units, inMs }) => {
    expect(nextTurnMs(stateOf(units), NOW_MS) - NOW_MS).toBe(inMs);
  });
});
