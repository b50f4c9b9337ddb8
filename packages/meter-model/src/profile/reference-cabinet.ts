import { type Profile, profileSchema } from "./profile.ts";
import { registersOf } from "./register-row.ts";

/** docs/devices.md, "Reference cabinet": the simulator's own, made for trials. Bit 0 of the status word: contact closed. */
const CONTACT_CLOSED = 0x0001;
/** Bit 8: the circuit reports a fault of its own. */
const FAULT = 0x0100;
const OPEN = 0x0001;
const CLOSE = 0x0002;
const COMMAND_ADDRESS = 0x0008;

/** Twelve circuits of ten registers behind one unit id. */
export const referenceCabinet: Profile = profileSchema.parse({
  id: "reference-cabinet",
  name: "Reference cabinet",
  manufacturer: "Hallmeter",
  protocol: "modbus",
  source: "docs/devices.md, Reference cabinet",
  defaultLine: { baud: 9600, parity: "none", stopBits: 1 },
  minimumGapMs: 0,
  longestLatencyMs: 500,
  variants: {
    circuit: {
      phases: 1,
      registers: registersOf([
        [0x0000, "voltageDv", "u16"],
        [0x0001, "currentCa", "u16"],
        [0x0002, "activePowerW", "s16"],
        [0x0003, "reactivePowerVar", "s16"],
        [0x0004, "powerFactorMilli", "s16"],
        [0x0005, "energyWh", "u32", { times: 10 }],
        [0x0007, "statusWord", "u16"],
        [COMMAND_ADDRESS, "relayCommand", "u16", { access: "rw" }],
        [0x0009, "frequencyCHz", "u16"],
      ]),
      sampleBlocks: [{ name: "circuit", function: 3, address: 0x0000, count: 10 }],
      loops: { count: 12, stride: 10 },
      relay: {
        command: {
          open: { address: COMMAND_ADDRESS, words: [OPEN] },
          close: { address: COMMAND_ADDRESS, words: [CLOSE] },
        },
        readBack: { register: "statusWord", mask: CONTACT_CLOSED, closedValue: CONTACT_CLOSED },
      },
      fault: { register: "statusWord", mask: FAULT },
      // u32 of 0.01 kWh.
      energyModulusWh: 0x1_0000_0000 * 10,
    },
  },
});
