import {
  ENERGY_HOLES,
  ENERGY_MODULUS_WH,
  ENERGY_ROWS,
  FROM_A,
  FROM_KILO,
  FROM_ONE,
  FROM_V,
  inputRow,
  LONGEST_LATENCY_MS,
} from "./eastron-sdm.ts";
import { type Profile, profileSchema } from "./profile.ts";
import { type RegisterRow, registersOf } from "./register-row.ts";

const PHASES = ["phaseA", "phaseB", "phaseC"] as const;

/** One quantity of the three phases, two registers each. */
function phaseRows(address: number, quantity: string, times?: number): RegisterRow[] {
  return PHASES.map((phase, index) => inputRow(address + 2 * index, `${phase}.${quantity}`, times));
}

/** SDM630-Modbus protocol, input registers; the same list in reaper7/SDM_Energy_Meter, SDM.h. */
const MEASURED: readonly RegisterRow[] = [
  ...phaseRows(0x0000, "voltageDv", FROM_V),
  ...phaseRows(0x0006, "currentCa", FROM_A),
  ...phaseRows(0x000c, "activePowerW"),
  ...phaseRows(0x0018, "reactivePowerVar"),
  ...phaseRows(0x001e, "powerFactorMilli", FROM_ONE),
  inputRow(0x0034, "activePowerW"),
  inputRow(0x003c, "reactivePowerVar"),
  inputRow(0x003e, "powerFactorMilli", FROM_ONE),
  ...ENERGY_ROWS,
  ...["lineAB", "lineBC", "lineCA"].map((line, index) =>
    inputRow(0x00c8 + 2 * index, `${line}.voltageDv`, FROM_V),
  ),
  ...phaseRows(0x015a, "energyWh", FROM_KILO),
  ...phaseRows(0x0160, "reverseEnergyWh", FROM_KILO),
];

/** Eastron SDM630: three phases, 100 A direct. It has no relay: a circuit behind it is only measured. */
export const eastronSdm630: Profile = profileSchema.parse({
  id: "eastron-sdm630",
  name: "SDM630 three-phase meter",
  manufacturer: "Eastron",
  protocol: "modbus",
  source:
    "Eastron SDM630-Modbus protocol implementation (2014), input registers, as transcribed at proxus.io/tools/modbus-register-maps/eastron; checked against github.com/reaper7/SDM_Energy_Meter and github.com/esphome/esphome (sdm_meter)",
  defaultLine: { baud: 9600, parity: "none", stopBits: 1 },
  minimumGapMs: 0,
  longestLatencyMs: LONGEST_LATENCY_MS,
  variants: {
    "three-phase": {
      phases: 3,
      registers: registersOf(MEASURED),
      // A request may ask for 40 values, 80 registers, and some firmware for 30: two blocks, and the averages left out.
      sampleBlocks: [
        { name: "phases", function: 4, address: 0x0000, count: 0x24 },
        { name: "totals and energies", function: 4, address: 0x0034, count: 0x1c },
      ],
      holes: ENERGY_HOLES,
      energyModulusWh: ENERGY_MODULUS_WH,
    },
  },
});
