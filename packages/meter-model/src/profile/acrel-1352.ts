import { type Profile, profileSchema } from "./profile.ts";
import { type RegisterRow, registersOf } from "./register-row.ts";

const RW = { access: "rw" } as const;
/** Registers of 0.01 kWh, in Wh. */
const HUNDREDTHS = { times: 10 } as const;

const STATUS_UNSURE = "bits as the manufacturer's set-up program shows them; not in the public manual";
const SINGLE_UNSURE =
  "the manufacturer's program reads one block from single- and three-phase meters; that a single-phase meter fills phase A and the totals is our reading of it";

/**
 * The block of 48 registers from 0x0200 that the manufacturer's set-up program polls from DDSY1352, DTSY1352 and ADF300, in
 * its order (published decompiled). 0x0200 says which: 7 DDSY1352, 5 DTSY1352, 10 ADF300.
 */
const COMMON: readonly RegisterRow[] = [
  [0x0200, "meterType", "u16"],
  [0x0213, "ptRatio", "u16"],
  [0x0214, "ctRatio", "u16"],
  [0x0215, "energyWh", "u32", HUNDREDTHS],
  [0x0217, "tip.energyWh", "u32", HUNDREDTHS],
  [0x0219, "peak.energyWh", "u32", HUNDREDTHS],
  [0x021b, "flat.energyWh", "u32", HUNDREDTHS],
  [0x021d, "valley.energyWh", "u32", HUNDREDTHS],
  [0x021f, "remainingMinor", "s32"],
  [0x0221, "purchaseCount", "u16"],
  [0x0222, "tripCount", "u16"],
  [0x0223, "allowedTrips", "u16"],
  [0x0224, "statusWord", "u16", { unsure: STATUS_UNSURE }],
  [0x0225, "verdictsWord", "u16", { unsure: STATUS_UNSURE }],
  [0x0226, "basicMinor", "u32"],
  // The program's page of prepaid parameters: 28 registers from 0x0046. It writes them with a function of its own, 0xAA.
  [0x0046, "prepaid.alarm1Minor", "u32", { unsure: "unit not shown; 0.01 as for the remaining amount" }],
  [0x0048, "prepaid.alarm2Minor", "u32", { unsure: "unit not shown; 0.01 as for the remaining amount" }],
  [0x004a, "prepaid.overdraftMinor", "u32", { unsure: "unit not shown; 0.01 as for the remaining amount" }],
  [0x004e, "prepaid.purchaseCount", "u16"],
  [0x004f, "prepaid.remainingMinor", "s32"],
  [0x0057, "forcedControl.switch", "u16", RW],
  [0x0058, "forcedControl.open", "u16", RW],
  [0x0059, "prepaid.tipPriceMinorPerKWh", "u32"],
  [0x005b, "prepaid.peakPriceMinorPerKWh", "u32"],
  [0x005d, "prepaid.flatPriceMinorPerKWh", "u32"],
  [0x005f, "prepaid.valleyPriceMinorPerKWh", "u32"],
  [0x0061, "loadControl.maximumPowerW", "u16", { unsure: "unit not shown; 0.001 kW as in ADF400L" }],
];

const SINGLE_PHASE: readonly RegisterRow[] = [
  [0x0201, "voltageDv", "u16", { unsure: SINGLE_UNSURE }],
  [0x0204, "currentCa", "u16", { unsure: SINGLE_UNSURE }],
  [0x020a, "activePowerW", "s16", { unsure: SINGLE_UNSURE }],
  [0x020e, "reactivePowerVar", "s16", { unsure: SINGLE_UNSURE }],
  [0x0212, "powerFactorMilli", "s16", { unsure: SINGLE_UNSURE }],
  ...COMMON,
];

const THREE_PHASE: readonly RegisterRow[] = [
  [0x0201, "phaseA.voltageDv", "u16"],
  [0x0202, "phaseB.voltageDv", "u16"],
  [0x0203, "phaseC.voltageDv", "u16"],
  [0x0204, "phaseA.currentCa", "u16"],
  [0x0205, "phaseB.currentCa", "u16"],
  [0x0206, "phaseC.currentCa", "u16"],
  [0x0207, "phaseA.activePowerW", "s16"],
  [0x0208, "phaseB.activePowerW", "s16"],
  [0x0209, "phaseC.activePowerW", "s16"],
  [0x020a, "activePowerW", "s16"],
  [0x020b, "phaseA.reactivePowerVar", "s16"],
  [0x020c, "phaseB.reactivePowerVar", "s16"],
  [0x020d, "phaseC.reactivePowerVar", "s16"],
  [0x020e, "reactivePowerVar", "s16"],
  [0x020f, "phaseA.powerFactorMilli", "s16"],
  [0x0210, "phaseB.powerFactorMilli", "s16"],
  [0x0211, "phaseC.powerFactorMilli", "s16"],
  [0x0212, "powerFactorMilli", "s16"],
  ...COMMON,
];

/** Status word, high byte: b0 fault, b5 relay L1 closed. */
const RELAY_CLOSED_MASK = 0x2000;
const FAULT_MASK = 0x0100;

const shared = {
  sampleBlocks: [{ name: "poll block", function: 3 as const, address: 0x0200, count: 0x30 }],
  // Nothing is published between these areas.
  holes: [
    { from: 0x0000, to: 0x0045 },
    { from: 0x0062, to: 0x01ff },
    { from: 0x0230, to: 0xffff },
  ],
  relay: {
    // Two registers from 0x0057: forced control on, and 1 opens, 0 closes. Switched off (0) the meter decides again itself.
    command: { open: { address: 0x0057, words: [1, 1] }, close: { address: 0x0057, words: [1, 0] } },
    readBack: {
      register: "statusWord",
      mask: RELAY_CLOSED_MASK,
      closedValue: RELAY_CLOSED_MASK,
      unsure: STATUS_UNSURE,
    },
  },
  fault: { register: "statusWord", mask: FAULT_MASK, unsure: STATUS_UNSURE },
  // No purchase: the program writes it with function 0xAA, which is not published.
  credit: { remaining: "remainingMinor", purchaseCount: "purchaseCount", purchaseCountMaximum: 0xffff },
  // The manual names no decimal limit of the u32 register of 0.01 kWh.
  energyModulusWh: 0x1_0000_0000 * 10,
};

/** Acrel DDSY1352 (single-phase) and DTSY1352 (three-phase): prepaid meters for a rail, one unit id each. */
export const acrel1352: Profile = profileSchema.parse({
  id: "acrel-1352",
  name: "DDSY1352 and DTSY1352 prepaid meters",
  manufacturer: "Acrel",
  protocol: "modbus",
  source:
    "poll block, forced control and status bits: the manufacturer's set-up program for DDSY1352, DTSY1352 and ADF300, published decompiled; forced control at 0x0057 also in the public driver info.zhihui.ems (plugins.acrel); units: DDSY1352/DTSY1352 operation manual T1.0 (2021), 8.1",
  // Manual T1.0, 8: 1200–38400 baud, no parity or even.
  defaultLine: { baud: 9600, parity: "none", stopBits: 1 },
  // The program polls every 500 ms at 9600 baud and asks for no shorter pause.
  minimumGapMs: 0,
  longestLatencyMs: 1000,
  variants: {
    "single-phase": { phases: 1, registers: registersOf(SINGLE_PHASE), ...shared },
    "three-phase": { phases: 3, registers: registersOf(THREE_PHASE), ...shared },
  },
});
