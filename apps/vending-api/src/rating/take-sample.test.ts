import type { Sample } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { accrualFault } from "./accrual.ts";
import {
  CHECK_PRICE_MICRO,
  checkedContext,
  meterAll,
  checkedSample as sample,
} from "./testing/checked-circuit.ts";

const S = 1000;
const MINUTE = 60 * S;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Every half minute from one instant to another, a steady power that the register follows in whole Wh. */
function steady(
  fromMs: number,
  toMs: number,
  fromWh: number,
  powerW: number,
  change: Partial<Sample> = {},
): Sample[] {
  const samples: Sample[] = [];
  for (let ms = fromMs; ms <= toMs; ms += 30 * S)
    samples.push(
      sample(ms, fromWh + Math.floor((powerW * (ms - fromMs)) / HOUR), { activePowerW: powerW, ...change }),
    );
  return samples;
}

interface Row {
  why: string;
  samples: Sample[];
  charged: number;
  held?: readonly (readonly [string, number])[];
  notices?: string[];
}

const table: Row[] = [
  { why: "what agrees with its power is charged", samples: steady(0, 2 * HOUR, 0, 1200), charged: 2400 },
  {
    why: "an hour with 6 % more energy than power is held, the next one is charged",
    samples: [
      ...steady(0, HOUR, 0, 1000).map((row) => ({ ...row, energyWh: Math.floor(row.energyWh * 1.06) })),
      ...steady(HOUR + 30 * S, 2 * HOUR + 30 * S, 1060, 1000),
    ],
    charged: 1000,
    held: [["power-mismatch", 1060]],
    notices: ["held"],
  },
  {
    why: "an hour with 6 % less energy than power is held",
    samples: steady(0, HOUR, 0, 1000).map((row) => ({ ...row, energyWh: Math.floor(row.energyWh * 0.94) })),
    charged: 0,
    held: [["power-mismatch", 940]],
    notices: ["held"],
  },
  {
    why: "4 % are within the tolerance",
    samples: steady(0, HOUR, 0, 1000).map((row) => ({ ...row, energyWh: Math.floor(row.energyWh * 1.04) })),
    charged: 1040,
  },
  {
    why: "samples too far apart to know the power between them are charged",
    samples: [sample(0, 0), sample(30 * MINUTE, 500), sample(HOUR, 1000)],
    charged: 1000,
  },
  {
    why: "a kettle between two samples is no mismatch",
    samples: steady(0, HOUR, 0, 100).map((row, index) => ({
      ...row,
      activePowerW: index % 20 === 10 ? 2100 : 100,
      energyWh: row.energyWh + Math.floor((index + 9) / 20) * 17,
    })),
    charged: 100 + 6 * 17,
  },
  {
    why: "energy that is counted while the relay is open is held, but for the step that was under way",
    samples: [
      sample(0, 100),
      sample(30 * S, 105),
      sample(MINUTE, 105, { relay: "open" }),
      sample(2 * MINUTE, 106, { relay: "open" }),
      sample(3 * MINUTE, 110, { relay: "open" }),
      sample(4 * MINUTE, 120, { relay: "open" }),
      sample(5 * MINUTE, 121),
    ],
    charged: 5 + 1 + 1,
    held: [["use-while-open", 14]],
    notices: ["held"],
  },
  {
    why: "what was read by an unsure clock is held",
    samples: [sample(0, 100), sample(MINUTE, 110, { flags: ["clock-unsure"] }), sample(2 * MINUTE, 115)],
    charged: 5,
    held: [["clock-wrong", 10]],
    notices: ["held"],
  },
  {
    why: "a jump that went away again costs nothing",
    samples: [sample(0, 100), sample(MINUTE, 90_000), sample(2 * MINUTE, 110)],
    charged: 10,
    notices: ["suspect", "settled"],
  },
  {
    why: "a jump that stays is held, and metering goes on behind it",
    samples: [
      sample(0, 100),
      sample(MINUTE, 90_000),
      sample(4 * MINUTE, 90_010),
      sample(6 * MINUTE, 90_020),
      sample(7 * MINUTE, 90_025),
    ],
    charged: 25,
    held: [["use-too-large", 89_900]],
    notices: ["suspect", "suspect", "held", "settled"],
  },
  {
    why: "a second jump before the first was believed is held like it",
    samples: [
      sample(0, 100),
      sample(MINUTE, 90_000),
      sample(2 * MINUTE, 190_000),
      sample(5 * MINUTE, 190_010),
      sample(8 * MINUTE, 190_020),
      sample(11 * MINUTE, 190_030),
      sample(14 * MINUTE, 190_035),
    ],
    charged: 15,
    held: [["use-too-large", 189_920]],
    notices: ["suspect", "suspect", "suspect", "held", "settled", "suspect", "suspect", "settled"],
  },
  {
    why: "a register that began at zero goes on, and what it shows since is held",
    samples: [sample(0, 500_000), sample(MINUTE, 3), sample(4 * MINUTE, 10), sample(6 * MINUTE, 20)],
    charged: 17,
    held: [["register-smaller", 3]],
    notices: ["suspect", "suspect", "held", "settled"],
  },
  {
    why: "a smaller register that cannot have been counted since waits for a person",
    samples: [
      sample(0, 500_000),
      sample(MINUTE, 400_000),
      sample(4 * MINUTE, 400_010),
      sample(9 * MINUTE, 400_020),
    ],
    charged: 0,
    notices: ["suspect", "suspect", "suspect"],
  },
  {
    why: "a wrap is no reset",
    samples: [sample(0, 999_990), sample(MINUTE, 10)],
    charged: 20,
  },
  {
    why: "ten polls that are the same with load ask for a person, until one differs",
    samples: [
      ...Array.from({ length: 10 }, (_, index) =>
        sample(index * 5 * S, 100, { activePowerW: 300, voltageDv: 2301 }),
      ),
      sample(50 * S, 104, { activePowerW: 310 }),
    ],
    charged: 4,
    notices: ["meter-stuck raised", "meter-stuck cleared"],
  },
  {
    why: "ten polls that are the same without load are a dark room",
    samples: Array.from({ length: 12 }, (_, index) => sample(index * 5 * S, 100, { voltageDv: 2301 })),
    charged: 0,
  },
  {
    why: "seven days without use ask for a person once, until something is used",
    samples: [...Array.from({ length: 10 }, (_, day) => sample(day * DAY, 100)), sample(9.4 * DAY, 105)],
    charged: 5,
    notices: ["no-use raised", "no-use cleared"],
  },
];

describe("every check", () => {
  it.each(table)("$why", ({ samples, charged, held = [], notices = [] }) => {
    const result = meterAll(samples);
    for (const accrual of result.accruals) expect(accrualFault(accrual)).toBeNull();
    expect(result.chargedWh).toBe(charged);
    expect(result.held).toEqual(held);
    expect(result.notices).toEqual(notices);
    const costNano = result.accruals.reduce((sum, accrual) => sum + accrual.costNano, 0);
    expect(costNano).toBe(charged * CHECK_PRICE_MICRO);
  });

  it("charges what the last witness of a jump shows, whether or not the way to it crosses midnight", () => {
    // Midnight in Shanghai comes twelve hours after the start.
    for (const startMs of [8 * HOUR, 12 * HOUR - 20 * MINUTE]) {
      const { chargedWh, held, accruals } = meterAll([
        sample(startMs, 100),
        sample(startMs + 30 * MINUTE, 190_000),
        sample(startMs + 33 * MINUTE, 190_010),
        sample(startMs + 36 * MINUTE, 190_030),
      ]);
      expect(chargedWh).toBe(30);
      expect(held.reduce((sum, [, wh]) => sum + wh, 0)).toBe(189_900);
      expect(accruals.at(-1)?.lastWh).toBe(190_030);
    }
  });

  it("holds nothing back where nobody pays, but flags it", () => {
    const nobody = { ...checkedContext, household: null };
    const { held, accruals } = meterAll(
      [sample(0, 100), sample(MINUTE, 110, { flags: ["clock-unsure"] })],
      nobody,
    );
    expect(held).toEqual([]);
    expect(accruals[0]).toMatchObject({ lastWh: 110 });
  });

  it("flags the quarters of an hour that disagrees with its power", () => {
    const samples = steady(0, HOUR, 0, 1000).map((row) => ({
      ...row,
      energyWh: Math.floor(row.energyWh * 1.1),
    }));
    const { metering } = meterAll(samples);
    const flags = [...metering.marks.values()]
      .sort((a, b) => a.interval - b.interval)
      .map(({ flag }) => flag);
    expect(flags).toEqual([0, 0, 2, 2, 2, 2]);
  });
});
