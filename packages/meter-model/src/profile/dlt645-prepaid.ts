import { DLT645_CONTROL_TYPES } from "./dlt645-write.ts";
import type { Dlt645Register } from "./profile.ts";
import { type Profile, profileSchema } from "./profile.ts";

type Dlt645Row = readonly [
  dataId: number,
  name: string,
  bytes: number,
  type: Dlt645Register["type"],
  options?: { scale?: [number, number]; access?: "r" | "rw"; unsure?: string },
];

function registersOf(rows: readonly Dlt645Row[]) {
  return rows.map(([dataId, name, bytes, type, options]) => ({ dataId, name, bytes, type, ...options }));
}

/** Format XXXXXX.XX of money: 0.01. */
const MONEY = { access: "rw" } as const;

/** DL/T 645-2007, annex A: tables A.1 (energy), A.2 (instantaneous), A.3 and A.5 (events, parameters), A.9 (status words). */
const SAMPLED: readonly Dlt645Row[] = [
  // 0.01 kWh.
  [0x00010000, "energyWh", 4, "bcd", { scale: [10, 1] }],
  [0x02010100, "voltageDv", 2, "bcd"],
  // 0.001 A.
  [0x02020100, "currentCa", 3, "signed-bcd", { scale: [1, 10] }],
  // 0.0001 kW and kvar.
  [0x02030000, "activePowerW", 3, "signed-bcd", { scale: [1, 10] }],
  [0x02040000, "reactivePowerVar", 3, "signed-bcd", { scale: [1, 10] }],
  [0x02060000, "powerFactorMilli", 2, "signed-bcd"],
  [0x04000503, "statusWord3", 2, "bits"],
];

const ASKED: readonly Dlt645Row[] = [
  [0x02800002, "frequencyCHz", 2, "bcd"],
  [0x00020000, "reverseEnergyWh", 4, "bcd", { scale: [10, 1] }],
  [0x00010100, "tip.energyWh", 4, "bcd", { scale: [10, 1] }],
  [0x00010200, "peak.energyWh", 4, "bcd", { scale: [10, 1] }],
  [0x00010300, "flat.energyWh", 4, "bcd", { scale: [10, 1] }],
  [0x00010400, "valley.energyWh", 4, "bcd", { scale: [10, 1] }],
  // Annex A.5, the meter's own number; the address may be another one.
  [0x04000402, "serialDigits", 6, "bcd"],
  [0x04000501, "statusWord1", 2, "bits"],
  [0x04000502, "statusWord2", 2, "bits"],
  // Annex A.4, how often the cover was opened.
  [0x03300d00, "coverOpenCount", 3, "bcd", { unsure: "some meters keep no such count" }],
  [0x00900100, "remainingEnergyWh", 4, "bcd", { scale: [10, 1] }],
  [0x00900200, "remainingMinor", 4, "bcd"],
  [0x00900201, "overdraftMinor", 4, "bcd"],
  [
    0x03330201,
    "purchaseCount",
    2,
    "bcd",
    { unsure: "two bytes in the prepaid extension; some meters have none" },
  ],
  [0x04001001, "prepaid.alarm1Minor", 4, "bcd", MONEY],
  [0x04001002, "prepaid.alarm2Minor", 4, "bcd", MONEY],
  [0x04001003, "prepaid.overdraftLimitMinor", 4, "bcd", MONEY],
  [0x04001004, "prepaid.hoardingLimitMinor", 4, "bcd", MONEY],
  [0x04001005, "prepaid.closePermitMinor", 4, "bcd", MONEY],
];

/** Status word 3, bit 4: 0 the contact is closed, 1 it is open. */
const RELAY_OPEN_MASK = 0x0010;
/** Status word 1, bits 2 and 3: the clock's battery, and that for reading without mains, are low. */
const BATTERY_LOW_MASK = 0x000c;
/** Four BCD bytes of 0.01. */
const MOST_MONEY_MINOR = 99_999_999;

/** Any single-phase prepaid meter that follows DL/T 645-2007. */
export const dlt645Prepaid: Profile = profileSchema.parse({
  id: "dlt645-prepaid",
  name: "DL/T 645-2007 prepaid meter",
  manufacturer: "any",
  protocol: "dlt645",
  source:
    "DL/T 645-2007, annex A (identifiers, formats, status words) and 7.14 (control), with the prepaid identifiers of its 2013 supplement",
  // DL/T 645-2007, 6: even parity, one stop bit; 2400 baud is what meters come with.
  defaultLine: { baud: 2400, parity: "even", stopBits: 1 },
  minimumGapMs: 0,
  // DL/T 645-2007, 6.4: an answer begins within 500 ms; between bytes another 500 ms may pass.
  longestLatencyMs: 1000,
  variants: {
    "single-phase": {
      phases: 1,
      registers: registersOf([...SAMPLED, ...ASKED]),
      sampleBlocks: SAMPLED.map(([dataId, name, bytes]) => ({ name, dataId, bytes })),
      relay: {
        command: {
          open: { control: 0x1c, data: [...DLT645_CONTROL_TYPES.open] },
          close: { control: 0x1c, data: [...DLT645_CONTROL_TYPES.close] },
          unsure:
            "some meters obey only 1B, after which the resident presses a key, or answer 1C with an error",
        },
        readBack: { register: "statusWord3", mask: RELAY_OPEN_MASK, closedValue: 0 },
      },
      serial: { registers: ["serialDigits"] },
      events: [
        { kind: "meter-battery", register: "statusWord1", mask: BATTERY_LOW_MASK },
        { kind: "meter-cover-open", register: "coverOpenCount" },
      ],
      // Crediting goes through an encrypted exchange with the meter's security chip, which needs a sales system's keys.
      credit: { remaining: "remainingMinor", purchaseCount: "purchaseCount", purchaseCountMaximum: 9999 },
      parameters: [
        "prepaid.alarm1Minor",
        "prepaid.alarm2Minor",
        "prepaid.overdraftLimitMinor",
        "prepaid.hoardingLimitMinor",
        "prepaid.closePermitMinor",
      ].map((register) => ({ register, minimum: 0, maximum: MOST_MONEY_MINOR })),
      // Six digits before the point, two after.
      energyModulusWh: 1_000_000_000,
    },
  },
});
