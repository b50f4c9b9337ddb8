import {
  FORCED_CONTROL,
  HARMONICS,
  loadControlRows,
  PARAMETERS,
  prepaidRows,
  rateEnergyRows,
  SWITCHES,
  SYSTEM,
  timeControlRows,
} from "./acrel-adf400l-parameters.ts";
import { type Profile, profileSchema } from "./profile.ts";
import { type RegisterRow, registersOf } from "./register-row.ts";

/** Registers of 0.01 kWh or 0.01 kvarh, in Wh and varh. */
const HUNDREDTHS = { times: 10 } as const;

const MONEY_OR_ENERGY =
  "the manual gives 0.01 kWh for single-phase and 0.01 yuan for three-phase circuits; the meter keeps money";
const STATUS_UNSURE =
  "bits are not documented for ADF400L; taken from the sibling family DDSY1352, DTSY1352, ADF300";
const CONTROL_UNSURE =
  "the manual says high bit 1 open, low bit 1 closed; 0x8000 and 0x0001 are our reading of it, not a vector";

/** Manual V1.2, 9.4 "Single-phase data area". 0x0314 is reserved. */
const SINGLE_PHASE_MEASURED: readonly RegisterRow[] = [
  [0x0300, "voltageDv", "u16"],
  [0x0301, "currentCa", "u16"],
  [0x0302, "activePowerW", "s16"],
  [0x0303, "reactivePowerVar", "s16"],
  [0x0304, "powerFactorMilli", "s16"],
  [0x0305, "frequencyCHz", "u16"],
  [0x0306, "energyWh", "u32", HUNDREDTHS],
  [0x0308, "reactiveEnergyVarh", "u32", HUNDREDTHS],
  [0x030a, "remainingMinor", "s32", { unsure: MONEY_OR_ENERGY }],
  [0x030c, "purchasedMinor", "u32", { unsure: MONEY_OR_ENERGY }],
  [0x030e, "purchaseCount", "u16"],
  [0x030f, "basicMinor", "u32", { unsure: MONEY_OR_ENERGY }],
  [0x0311, "statusWord", "u16", { unsure: STATUS_UNSURE }],
  [0x0312, "basicRemainingMinor", "s32", { unsure: MONEY_OR_ENERGY }],
  [0x0315, "overLimitMinor", "u32", { unsure: "no unit in the manual" }],
  [0x0317, "recoveryS", "u16", { unsure: "no unit in the manual; 1 s in the three-phase area" }],
  [0x0318, "overloadRecoveryS", "u16"],
  [0x0319, "forwardEnergyWh", "u32", HUNDREDTHS],
  [0x031b, "reverseEnergyWh", "u32", { times: 10, unsure: "named unidirectional in the manual" }],
  [0x031d, "forwardReactiveEnergyVarh", "u32", HUNDREDTHS],
  [0x031f, "reverseReactiveEnergyVarh", "u32", HUNDREDTHS],
];

/** Manual V1.2, 9.4 "Three-phase data area". 0x036C is reserved. */
const THREE_PHASE_MEASURED: readonly RegisterRow[] = [
  [0x033f, "phaseA.voltageDv", "u16"],
  [0x0340, "phaseB.voltageDv", "u16"],
  [0x0341, "phaseC.voltageDv", "u16"],
  [0x0342, "phaseA.currentCa", "u16"],
  [0x0343, "phaseB.currentCa", "u16"],
  [0x0344, "phaseC.currentCa", "u16"],
  // 1 W where its neighbours are 0.001 kW: the same number, and one word for 3 × 80 A.
  [0x0345, "activePowerW", "s16", { unsure: "wraps above 32,767 W if it does not saturate" }],
  [0x0346, "phaseA.activePowerW", "s16"],
  [0x0347, "phaseB.activePowerW", "s16"],
  [0x0348, "phaseC.activePowerW", "s16"],
  [0x0349, "reactivePowerVar", "s16"],
  [0x034a, "phaseA.reactivePowerVar", "s16"],
  [0x034b, "phaseB.reactivePowerVar", "s16"],
  [0x034c, "phaseC.reactivePowerVar", "s16"],
  [0x034d, "powerFactorMilli", "s16"],
  [0x034e, "phaseA.powerFactorMilli", "s16"],
  [0x034f, "phaseB.powerFactorMilli", "s16"],
  [0x0350, "phaseC.powerFactorMilli", "s16"],
  [0x0351, "frequencyCHz", "u16"],
  [0x0352, "phaseA.energyWh", "u32", HUNDREDTHS],
  [0x0354, "phaseB.energyWh", "u32", HUNDREDTHS],
  [0x0356, "phaseC.energyWh", "u32", HUNDREDTHS],
  [0x0358, "phaseA.reactiveEnergyVarh", "u32", HUNDREDTHS],
  [0x035a, "phaseB.reactiveEnergyVarh", "u32", HUNDREDTHS],
  [0x035c, "phaseC.reactiveEnergyVarh", "u32", HUNDREDTHS],
  [0x035e, "energyWh", "u32", HUNDREDTHS],
  [0x0360, "reactiveEnergyVarh", "u32", HUNDREDTHS],
  [0x0362, "remainingMinor", "s32"],
  [0x0364, "purchasedMinor", "u32"],
  [0x0366, "purchaseCount", "u16"],
  [0x0367, "basicMinor", "u32"],
  [0x0369, "statusWord", "u16", { unsure: STATUS_UNSURE }],
  [0x036a, "basicRemainingMinor", "s32", { unsure: "unsigned in the manual, signed for single-phase" }],
  [0x036d, "overdraftMinor", "u32", { unsure: "one word in the manual, two by the next address" }],
  [0x036f, "recoveryS", "u16"],
  [0x0370, "overloadRecoveryS", "u16"],
  [0x0371, "lineAB.voltageDv", "u16"],
  [0x0372, "lineBC.voltageDv", "u16"],
  [0x0373, "lineCA.voltageDv", "u16"],
  // 0.1 A, unlike every other current.
  [0x0374, "zeroSequence.currentCa", "u16", { times: 10 }],
  [0x0375, "voltageUnbalanceCenti", "u16", { unsure: "0.01, of 1 or of a percent" }],
  [0x0376, "currentUnbalanceCenti", "u16", { unsure: "0.01, of 1 or of a percent" }],
  [0x0377, "phaseA.forwardEnergyWh", "u32", HUNDREDTHS],
  [0x0379, "phaseA.reverseEnergyWh", "u32", HUNDREDTHS],
  [0x037b, "phaseB.forwardEnergyWh", "u32", HUNDREDTHS],
  [0x037d, "phaseB.reverseEnergyWh", "u32", HUNDREDTHS],
  [0x037f, "phaseC.forwardEnergyWh", "u32", HUNDREDTHS],
  [0x0381, "phaseC.reverseEnergyWh", "u32", HUNDREDTHS],
  [0x0383, "phaseA.forwardReactiveEnergyVarh", "u32", HUNDREDTHS],
  [0x0385, "phaseA.reverseReactiveEnergyVarh", "u32", HUNDREDTHS],
  [0x0387, "phaseB.forwardReactiveEnergyVarh", "u32", HUNDREDTHS],
  [0x0389, "phaseB.reverseReactiveEnergyVarh", "u32", HUNDREDTHS],
  [0x038b, "phaseC.forwardReactiveEnergyVarh", "u32", HUNDREDTHS],
  [0x038d, "phaseC.reverseReactiveEnergyVarh", "u32", HUNDREDTHS],
  [0x038f, "forwardEnergyWh", "u32", HUNDREDTHS],
  [0x0391, "reverseEnergyWh", "u32", HUNDREDTHS],
  [0x0393, "forwardReactiveEnergyVarh", "u32", HUNDREDTHS],
  [0x0395, "reverseReactiveEnergyVarh", "u32", HUNDREDTHS],
];

/**
 * Between the manual's areas nothing is documented, and the freezes (0x1A00–0x1A0B) and recharge records (0x1B00–0x1B13)
 * answer a 20-byte record per address: neither may be read across.
 */
const HOLES = [
  { from: 0x0000, to: 0x02ff },
  { from: 0x0321, to: 0x033e },
  { from: 0x0397, to: 0x03ff },
  { from: 0x0460, to: 0x04ff },
  { from: 0x0513, to: 0x0535 },
  { from: 0x0548, to: 0x05ff },
  { from: 0x061a, to: 0x064d },
  { from: 0x0668, to: 0x06ff },
  { from: 0x0708, to: 0x0717 },
  { from: 0x0720, to: 0x07ff },
  { from: 0x0802, to: 0x0803 },
  { from: 0x0805, to: 0x08ff },
  { from: 0x0905, to: 0x0907 },
  { from: 0x0973, to: 0x17ff },
  { from: 0x1802, to: 0x18ff },
  { from: 0x19ba, to: 0xffff },
];

/** The manual names no decimal limit of the u32 register, so it wraps at 2³² × 0.01 kWh. */
const ENERGY_MODULUS_WH = 0x1_0000_0000 * 10;

/** Sibling family: high byte b5 is relay L1; a circuit of the ADF400L has one relay. */
const RELAY_CLOSED_MASK = 0x2000;
/** Sibling family: high byte b0. */
const FAULT_MASK = 0x0100;

/** 0x050D and 0x050F: the meter credits a purchase only under the count that follows its own (manual, 7.2.1). */
const credit = {
  remaining: "remainingMinor",
  purchaseCount: "purchaseCount",
  purchaseCountMaximum: 0xffff,
  purchase: { amount: "prepaid.newPurchaseMinor", count: "prepaid.purchaseCount" },
};

const readBack = {
  register: "statusWord",
  mask: RELAY_CLOSED_MASK,
  closedValue: RELAY_CLOSED_MASK,
  unsure: STATUS_UNSURE,
};
const fault = { register: "statusWord", mask: FAULT_MASK, unsure: STATUS_UNSURE };
const serial = {
  registers: ["1", "2", "3", "4", "5", "6", "7"].map((n) => `system.serial0${n}Word`),
  unsure: "the manual names the words and not how they are coded: compared as they stand",
};

/** Acrel ADF400L: a cabinet of up to 36 single-phase or 12 three-phase circuits, each its own Modbus unit id. */
export const acrelAdf400l: Profile = profileSchema.parse({
  id: "acrel-adf400l",
  name: "ADF400L multi-circuit prepaid meter",
  manufacturer: "Acrel",
  protocol: "modbus",
  source:
    "ADF400L installation and operation manual V1.2, as transcribed in github.com/chichicaste/ADF400L and checked there on a device (32-bit word order, rate tables); status bits from the sibling family's manual",
  defaultLine: { baud: 9600, parity: "none", stopBits: 1 },
  // The manual asks for no gap beyond t3.5.
  minimumGapMs: 0,
  // Not in the manual; real meters answer in 5–200 ms, the slowest documented ones within 500 ms, doubled.
  longestLatencyMs: 1000,
  clockDriftNote: "at most 0.5 s a day (manual, section 4)",
  clock: {
    address: 0x090b,
    bytes: ["second", "minute", "hour", "weekday", "day", "month", "unused", "year"],
    sunday: 7,
    unsure:
      "the manual names two parts a register and not which is the high byte, nor how it counts Sunday and the year",
  },
  variants: {
    "single-phase": {
      unitIdStep: 1,
      phases: 1,
      registers: registersOf([
        ...SINGLE_PHASE_MEASURED,
        ...rateEnergyRows(0x0400),
        ...prepaidRows(0x0500),
        [0x0512, "prepaid.switchTwin", "u16", { access: "rw", unsure: "listed as a second prepaid switch" }],
        ...timeControlRows(0x0600),
        ...loadControlRows(0x0700),
        ...FORCED_CONTROL,
        ...SYSTEM,
        ...SWITCHES,
      ]),
      sampleBlocks: [{ name: "single-phase sample", function: 3, address: 0x0300, count: 0x12 }],
      holes: HOLES,
      relay: {
        command: {
          open: { address: 0x0801, words: [0x8000] },
          close: { address: 0x0801, words: [0x0001] },
          unsure: CONTROL_UNSURE,
        },
        readBack,
      },
      fault,
      serial,
      credit,
      parameters: PARAMETERS,
      energyModulusWh: ENERGY_MODULUS_WH,
    },
    "three-phase": {
      unitIdStep: 3,
      phases: 3,
      registers: registersOf([
        ...THREE_PHASE_MEASURED,
        ...rateEnergyRows(0x0430),
        ...prepaidRows(0x0536),
        ...timeControlRows(0x064e),
        ...loadControlRows(0x0718),
        ...FORCED_CONTROL,
        ...SYSTEM,
        ...SWITCHES,
        ...HARMONICS,
      ]),
      sampleBlocks: [{ name: "three-phase sample", function: 3, address: 0x033f, count: 0x2b }],
      holes: HOLES,
      relay: {
        command: {
          open: { address: 0x0804, words: [0x8000] },
          close: { address: 0x0804, words: [0x0001] },
          unsure: CONTROL_UNSURE,
        },
        readBack,
      },
      fault,
      serial,
      credit,
      parameters: PARAMETERS,
      energyModulusWh: ENERGY_MODULUS_WH,
    },
  },
});
