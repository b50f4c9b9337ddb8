import type { CircuitState } from "../../circuit/circuit-state.ts";
import type { Phase } from "../../circuit/mains.ts";
import type { MeterClock } from "../../circuit/meter-clock.ts";
import type { SwitchedCircuit } from "../../circuit/switched-circuit.ts";
import { EXCEPTION, type RegisterBank } from "../../modbus/register-bank.ts";
import { createCircuit, type DeviceContext, defaultSerialNumber } from "../device.ts";
import { readMapped, writeMapped } from "../metered-bank.ts";
import { ParameterStore } from "../parameter-store.ts";
import { judgePurchase, rulesOfParameters } from "../prepaid-parameters.ts";
import { layOut } from "../register-map.ts";
import { U32_MODULUS_WH, WH_PER_STEP } from "../register-rows.ts";
import { SINGLE_PHASE_MEASURED, SINGLE_PHASE_PARAMETERS } from "./single-phase-registers.ts";
import { THREE_PHASE_MEASURED, THREE_PHASE_PARAMETERS } from "./three-phase-registers.ts";

export type CabinetVariant = "single-phase" | "three-phase";

const REGISTER_MAPS = {
  "single-phase": layOut(SINGLE_PHASE_MEASURED, SINGLE_PHASE_PARAMETERS),
  "three-phase": layOut(THREE_PHASE_MEASURED, THREE_PHASE_PARAMETERS),
} as const;

/** Forced control: the high bit opens, the low bit closes, zero gives the relay back. ADF400L manual V1.2, 9.4, 0801. */
export const FORCED_OPEN = 0x8000;
export const FORCED_CLOSED = 0x0001;
const FORCED_STATES: Readonly<Record<number, "open" | "closed" | "free">> = {
  0: "free",
  [FORCED_OPEN]: "open",
  [FORCED_CLOSED]: "closed",
};
/** The manual names no hoarding limit: the remaining amount is an s32. */
const HOARDING_LIMIT_MINOR = 0x7fff_ffff;

/** One module of a cabinet: its circuit, and the registers of its unit id. */
export interface CabinetModule {
  circuit: SwitchedCircuit;
  bank: RegisterBank;
  circuitState(): CircuitState;
  replace(serialNumber: string, energyWh: number): void;
}

export function createCabinetModule(
  context: DeviceContext,
  meterClock: MeterClock,
  unitId: number,
  variant: CabinetVariant,
): CabinetModule {
  const map = REGISTER_MAPS[variant];
  const initialState = context.circuitState(unitId, 1);
  const parameters = new ParameterStore(map, initialState?.parameters);
  const circuit = createCircuit(context, {
    unitId,
    loop: 1,
    profile: "acrel-adf400l",
    variant,
    phaseCount: variant === "single-phase" ? 1 : 3,
    supplyPhase: (unitId % 3) as Phase,
    energyModulusWh: U32_MODULUS_WH,
    energyStepWh: WH_PER_STEP,
    serialNumber: defaultSerialNumber(unitId),
    meterClock,
    initialState,
    rules: rulesOfParameters({
      parameters,
      meterClock,
      elapsedMs: context.elapsedMs,
      forced: () => FORCED_STATES[parameters.value("forcedWord")] ?? "free",
      isPrepaidOn: () => parameters.value("prepaidSwitch") === 1,
    }),
  });
  const bank: RegisterBank = {
    read: (address, count) => readMapped(map, circuit.view(), parameters, address, count),
    write: (address, words) => {
      const storedCount = parameters.value("purchaseCount");
      let amountMinor = parameters.value("purchaseMinor");
      return writeMapped(circuit, parameters, address, words, {
        judge: (name, value) => {
          if (name === "forcedWord")
            return FORCED_STATES[value] === undefined ? EXCEPTION.illegalDataValue : undefined;
          // The amount stands before its count in the table.
          if (name === "purchaseMinor") amountMinor = value;
          if (name === "purchaseCount")
            return judgePurchase(circuit, storedCount, value, amountMinor, HOARDING_LIMIT_MINOR);
          return undefined;
        },
        onWritten: (written) => {
          if (written.has("purchaseCount")) circuit.credit(amountMinor);
          context.onDurableChange?.();
        },
      });
    },
  };
  return {
    circuit,
    bank,
    circuitState: () => ({ ...circuit.state(), parameters: parameters.entries() }),
    replace: (serialNumber, energyWh) => {
      parameters.reset();
      circuit.replaceMeter(serialNumber, energyWh);
    },
  };
}
