import type { MeterParameter } from "./profile.ts";
import { type RegisterRow, run } from "./register-row.ts";

/**
 * ADF400L manual V1.2, section 9.4, the areas from 0x0400 on. What stands there is the same for single- and three-phase
 * circuits at another base, so each area is a function of its base.
 */

const RW = { access: "rw" } as const;
/** Registers of 0.01 kWh or 0.01 kvarh. */
const HUNDREDTHS = { times: 10 } as const;
const HUNDREDTHS_RW = { times: 10, access: "rw" } as const;

const RATES = ["tip", "peak", "flat", "valley"] as const;
const RATE_ENERGIES = [
  ["energyWh", HUNDREDTHS],
  ["reactiveEnergyVarh", HUNDREDTHS],
  ["forwardEnergyWh", HUNDREDTHS_RW],
  ["reverseEnergyWh", HUNDREDTHS_RW],
  ["forwardReactiveEnergyVarh", HUNDREDTHS_RW],
  ["reverseReactiveEnergyVarh", HUNDREDTHS_RW],
] as const;

/** 0x0400 single-phase, 0x0430 three-phase: 6 energies × 4 rates, two words each. */
export function rateEnergyRows(base: number): RegisterRow[] {
  return RATE_ENERGIES.flatMap(([quantity, options], energy) =>
    RATES.map(
      (rate, index): RegisterRow => [base + energy * 8 + index * 2, `${rate}.${quantity}`, "u32", options],
    ),
  );
}

/** 0x0500 single-phase, 0x0536 three-phase. */
export function prepaidRows(base: number): RegisterRow[] {
  return [
    [base, "prepaid.switch", "u16", RW],
    [base + 0x01, "prepaid.tipPriceMinorPerKWh", "u32", RW],
    [base + 0x03, "prepaid.peakPriceMinorPerKWh", "u32", RW],
    [base + 0x05, "prepaid.flatPriceMinorPerKWh", "u32", RW],
    [base + 0x07, "prepaid.valleyPriceMinorPerKWh", "u32", RW],
    [base + 0x09, "prepaid.alarm1Minor", "u32", RW],
    [base + 0x0b, "prepaid.alarm2Minor", "u32", RW],
    [base + 0x0d, "prepaid.newPurchaseMinor", "u32", RW],
    [base + 0x0f, "prepaid.purchaseCount", "u16", RW],
    [base + 0x10, "prepaid.basicMinor", "u32", RW],
  ];
}

/** 0x0600 single-phase, 0x064E three-phase. A table is 8 × [switch, hour, minute], two bytes a register. */
export function timeControlRows(base: number): RegisterRow[] {
  return [
    [base, "timeControl.switch", "u16", RW],
    ...run(base + 0x01, 12, (n) => `timeControl.workday${n}Word`, "u16", RW),
    ...run(base + 0x0d, 12, (n) => `timeControl.restDay${n}Word`, "u16", RW),
    [base + 0x19, "timeControl.restDaysWord", "u16", RW],
  ];
}

/** 0x0700 single-phase, 0x0718 three-phase. */
export function loadControlRows(base: number): RegisterRow[] {
  return [
    [base, "loadControl.switch", "u16", RW],
    [base + 1, "loadControl.maximumPowerW", "u16", RW],
    [base + 2, "loadControl.powerIncrementW", "u16", RW],
    [
      base + 3,
      "loadControl.powerFactorMilli",
      "u16",
      { access: "rw", unsure: "the manual gives no unit; 0.001 as for the measured power factor" },
    ],
    [base + 4, "loadControl.tripCount", "u16", RW],
    [base + 5, "loadControl.allowedTrips", "u16", RW],
    [base + 6, "loadControl.recoveryS", "u16", { access: "rw", times: 10 }],
    [base + 7, "loadControl.voltageLossDv", "u16", RW],
  ];
}

const CONTROL_WORD_UNSURE =
  "the manual says only: high bit 1 open, low bit 1 closed; no vector, and no word that releases";

/** 0x0800: forced control. While it is on, the meter's other controls are void (7.2.4). */
export const FORCED_CONTROL: readonly RegisterRow[] = [
  [0x0800, "forcedControl.category", "u16", RW],
  [0x0801, "forcedControl.singlePhaseWord", "u16", { access: "rw", unsure: CONTROL_WORD_UNSURE }],
  [0x0804, "forcedControl.threePhaseWord", "u16", { access: "rw", unsure: CONTROL_WORD_UNSURE }],
];

/** 0x0900: the cabinet's own parameters, the same at each of its unit ids. */
export const SYSTEM: readonly RegisterRow[] = [
  [0x0900, "system.address1", "u16", RW],
  // High byte 0 none, 1 odd, 2 even; low byte 0 and 1 9600, 2 4800, 3 2400, 4 1200.
  [0x0901, "system.line1Word", "u16", RW],
  [0x0902, "system.password", "u16", RW],
  [0x0903, "system.threePhaseCircuits", "u16", RW],
  [0x0904, "system.singlePhaseCircuits", "u16", RW],
  // High byte 0 prepaid, 1 metering; low byte 0 Modbus, 1 DL/T 645.
  [0x0908, "system.protocolWord", "u16", RW],
  [0x0909, "system.forcedControlMark", "u16", { access: "rw", unsure: "the manual calls it not enabled" }],
  [0x090a, "system.icCard", "u16", RW],
  // Binary, not BCD.
  [0x090b, "system.clockSecondMinuteWord", "u16", RW],
  [0x090c, "system.clockHourWeekdayWord", "u16", RW],
  [0x090d, "system.clockDayMonthWord", "u16", RW],
  [0x090e, "system.clockYearWord", "u16", RW],
  // 0 36 circuits, 1 24, 2 12.
  [0x090f, "system.frame", "u16", RW],
  [0x0910, "system.totalSinglePhaseCircuits", "u16", RW],
  [0x0911, "system.address2", "u16", RW],
  [0x0912, "system.line2Word", "u16", RW],
  [0x0913, "system.vacantBoardWord", "u16", { access: "rw", unsure: "the manual calls it not enabled" }],
  // 14 × [rate, hour, minute], two bytes a register.
  ...run(0x0914, 21, (n) => `system.rateTable1.${n}Word`, "u16", RW),
  ...run(0x0929, 21, (n) => `system.rateTable2.${n}Word`, "u16", RW),
  // 4 × [table, day, month].
  ...run(0x093e, 6, (n) => `system.seasons.${n}Word`, "u16", RW),
  [0x0944, "system.orderNumber1Word", "u16", RW],
  [0x0945, "system.orderNumber2Word", "u16", RW],
  [0x0946, "system.backlightTime", "u16", { access: "rw", unsure: "no unit in the manual" }],
  ...run(0x0947, 7, (n) => `system.serial${n}Word`, "u16", RW),
  [0x094e, "system.digitalInputsWord", "u16"],
  [0x094f, "system.digitalOutputsWord", "u16", RW],
  // 0 three-phase four-wire, 1 three-phase three-wire.
  [0x0950, "system.wiring", "u16", RW],
  [0x0951, "system.ptRatio", "u16", RW],
  ...run(0x0952, 12, (n) => `system.ct${n}Ratio`, "u16", RW),
  [0x095e, "system.pulseOutput", "u16", RW],
  [0x095f, "system.pulseWidthMs", "u16", RW],
  [0x0960, "system.pulseIntervalS", "u16", RW],
  [0x0961, "system.wireless", "u16", RW],
  [0x0962, "system.transformerCircuits", "u16", RW],
  [0x0963, "system.addressRearrangement", "u16", RW],
  [0x0964, "system.ethernet", "u16", RW],
  [0x0965, "system.address3", "u16", RW],
  [0x0966, "system.line3Word", "u16", RW],
  [0x0967, "system.debug", "u16", RW],
  ...run(0x0968, 2, (n) => `system.gatewayIp${n}Word`, "u16", RW),
  ...run(0x096a, 2, (n) => `system.subnetMask${n}Word`, "u16", RW),
  ...run(0x096c, 2, (n) => `system.ip${n}Word`, "u16", RW),
  ...run(0x096e, 3, (n) => `system.mac${n}Word`, "u16"),
  [0x0971, "system.tcpPort", "u16", RW],
  [0x0972, "system.inputDebounce", "u16", { access: "rw", unsure: "no unit in the manual" }],
];

/** 0x1800: the transformer module's own inputs and outputs. */
export const SWITCHES: readonly RegisterRow[] = [
  [0x1800, "module.digitalInputsWord", "u16"],
  [0x1801, "module.digitalOutputsWord", "u16", RW],
];

const HARMONIC_UNSURE = { unsure: "the manual says content rate without a unit; 0.01 % assumed" } as const;

/** 0x1900: per phase quantity the total and the 2nd to 31st harmonic. */
export const HARMONICS: readonly RegisterRow[] = ["voltage", "current"].flatMap((quantity, q) =>
  ["phaseA", "phaseB", "phaseC"].flatMap((phase, p) =>
    Array.from({ length: 31 }, (_, index): RegisterRow => {
      const order = index === 0 ? "Total" : String(index + 1).padStart(2, "0");
      return [
        0x1900 + (q * 3 + p) * 31 + index,
        `${phase}.${quantity}Harmonic${order}Centi`,
        "u16",
        HARMONIC_UNSURE,
      ];
    }),
  ),
);

const WORD_MAXIMUM = 0xffff;
const LONG_MAXIMUM = 0xffff_ffff;

/** What staff set; each range is the register's, for the manual names none. Clock, address and line are not set this way. */
const PARAMETER_MAXIMA: readonly (readonly [register: string, maximum: number])[] = [
  ["prepaid.switch", 1],
  ["prepaid.tipPriceMinorPerKWh", LONG_MAXIMUM],
  ["prepaid.peakPriceMinorPerKWh", LONG_MAXIMUM],
  ["prepaid.flatPriceMinorPerKWh", LONG_MAXIMUM],
  ["prepaid.valleyPriceMinorPerKWh", LONG_MAXIMUM],
  ["prepaid.alarm1Minor", LONG_MAXIMUM],
  ["prepaid.alarm2Minor", LONG_MAXIMUM],
  ["timeControl.switch", 1],
  ...run(0, 12, (n) => `timeControl.workday${n}Word`, "u16").map(([, name]) => [name, WORD_MAXIMUM] as const),
  ...run(0, 12, (n) => `timeControl.restDay${n}Word`, "u16").map(([, name]) => [name, WORD_MAXIMUM] as const),
  ["timeControl.restDaysWord", WORD_MAXIMUM],
  ["loadControl.switch", 1],
  ["loadControl.maximumPowerW", WORD_MAXIMUM],
  ["loadControl.powerIncrementW", WORD_MAXIMUM],
  ["loadControl.powerFactorMilli", 1000],
  ["loadControl.allowedTrips", WORD_MAXIMUM],
  ["loadControl.recoveryS", 10 * WORD_MAXIMUM],
  ["loadControl.voltageLossDv", WORD_MAXIMUM],
  ["system.ptRatio", 9999],
  ...run(0, 12, (n) => `system.ct${n}Ratio`, "u16").map(([, name]) => [name, 9999] as const),
];

export const PARAMETERS: readonly MeterParameter[] = PARAMETER_MAXIMA.map(([register, maximum]) => ({
  register,
  // Manual, 0951 and 0952: a ratio of transformers is 1–9999.
  minimum: register.endsWith("Ratio") ? 1 : 0,
  maximum,
}));
