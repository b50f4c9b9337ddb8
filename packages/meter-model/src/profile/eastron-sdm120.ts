import {
  ENERGY_HOLES,
  ENERGY_MODULUS_WH,
  ENERGY_ROWS,
  FROM_A,
  FROM_ONE,
  FROM_V,
  inputRow,
  LONGEST_LATENCY_MS,
} from "./eastron-sdm.ts";
import { type Profile, profileSchema } from "./profile.ts";
import { type RegisterRow, registersOf } from "./register-row.ts";

/** SDM120-Modbus protocol V2.4, input registers; the same list in reaper7/SDM_Energy_Meter, SDM.h. */
const MEASURED: readonly RegisterRow[] = [
  inputRow(0x0000, "voltageDv", FROM_V),
  inputRow(0x0006, "currentCa", FROM_A),
  inputRow(0x000c, "activePowerW"),
  inputRow(0x0018, "reactivePowerVar"),
  inputRow(0x001e, "powerFactorMilli", FROM_ONE),
  ...ENERGY_ROWS,
];

/** Eastron SDM120: one phase, 45 A direct. It has no relay: a circuit behind it is only measured. */
export const eastronSdm120: Profile = profileSchema.parse({
  id: "eastron-sdm120",
  name: "SDM120 single-phase meter",
  manufacturer: "Eastron",
  protocol: "modbus",
  source:
    "Eastron SDM120-Modbus protocol V2.4 and SDM120-M user manual V1.0, input registers, as transcribed in github.com/Busloom/busloom-devices and github.com/nobrega8/mbmap-library; checked against github.com/reaper7/SDM_Energy_Meter",
  defaultLine: { baud: 9600, parity: "none", stopBits: 1 },
  minimumGapMs: 0,
  longestLatencyMs: LONGEST_LATENCY_MS,
  variants: {
    "single-phase": {
      phases: 1,
      registers: registersOf(MEASURED),
      sampleBlocks: [
        { name: "live values", function: 4, address: 0x0000, count: 0x20 },
        { name: "frequency and energies", function: 4, address: 0x0046, count: 0x0a },
      ],
      holes: ENERGY_HOLES,
      energyModulusWh: ENERGY_MODULUS_WH,
    },
  },
});
