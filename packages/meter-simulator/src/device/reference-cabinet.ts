import type { Phase } from "../circuit/mains.ts";
import { createMeterClock } from "../circuit/meter-clock.ts";
import type { MeterRules } from "../circuit/meter-rules.ts";
import { NO_CREDIT, NO_LOAD_CONTROL } from "../circuit/meter-rules.ts";
import { EXCEPTION, type RegisterBank } from "../modbus/register-bank.ts";
import { createCircuit, type Device, type DeviceContext, defaultSerialNumber } from "./device.ts";
import { readMapped, writeMapped } from "./metered-bank.ts";
import { ParameterStore } from "./parameter-store.ts";
import { layOut } from "./register-map.ts";
import {
  energySteps,
  type MeasuredRow,
  type ParameterRow,
  U32_MODULUS_WH,
  WH_PER_STEP,
} from "./register-rows.ts";

/** docs/devices.md, "Reference cabinet": twelve circuits behind one unit id, ten registers each, circuit n at 10 × (n − 1). */
export const REFERENCE_CIRCUITS = 12;
const STRIDE = 10;
const OPEN = 1;
const CLOSE = 2;
const CONTACT_CLOSED = 0x0001;

const MEASURED: readonly MeasuredRow[] = [
  { address: 0, type: "u16", read: ({ phases }) => phases[0]?.voltageDv ?? 0 },
  { address: 1, type: "u16", read: ({ phases }) => phases[0]?.currentCa ?? 0 },
  { address: 2, type: "s16", read: ({ total }) => total.activePowerW },
  { address: 3, type: "s16", read: ({ total }) => total.reactivePowerVar },
  { address: 4, type: "s16", read: ({ total }) => total.powerFactorMilli },
  { address: 5, type: "u32", read: ({ total }) => energySteps(total.activeWh) },
  { address: 7, type: "u16", read: ({ isContactClosed }) => (isContactClosed ? CONTACT_CLOSED : 0) },
  { address: 9, type: "u16", read: ({ frequencyCHz }) => frequencyCHz },
];
const PARAMETERS: readonly ParameterRow[] = [
  { address: 8, type: "u16", name: "relayCommand", initial: CLOSE, maximum: CLOSE },
];
const MAP = layOut(MEASURED, PARAMETERS);

function rulesOf(parameters: ParameterStore): MeterRules {
  return {
    forced: () => (parameters.value("relayCommand") === OPEN ? "open" : "closed"),
    credit: () => NO_CREDIT,
    purchaseCount: () => 0,
    loadControl: () => NO_LOAD_CONTROL,
    countTrip: () => {},
    isTimeOff: () => false,
    nextLookMs: () => Number.POSITIVE_INFINITY,
  };
}

function createModule(
  context: DeviceContext,
  unitId: number,
  loop: number,
  meterClock: Device["meterClock"],
) {
  const initialState = context.circuitState(unitId, loop);
  const parameters = new ParameterStore(MAP, initialState?.parameters);
  const circuit = createCircuit(context, {
    unitId,
    loop,
    profile: "reference-cabinet",
    variant: "circuit",
    phaseCount: 1,
    supplyPhase: ((loop - 1) % 3) as Phase,
    energyModulusWh: U32_MODULUS_WH,
    energyStepWh: WH_PER_STEP,
    serialNumber: defaultSerialNumber(unitId, loop),
    meterClock,
    rules: rulesOf(parameters),
    initialState,
  });
  return { circuit, parameters };
}

export function createReferenceCabinet(context: DeviceContext, plan: { unitId: number }): Device {
  const { unitId } = plan;
  const meterClock = createMeterClock(
    context.nowMs,
    context.utcOffsetMinutes,
    context.state?.clockErrorMs ?? 0,
  );
  const modules = Array.from({ length: REFERENCE_CIRCUITS }, (_, index) =>
    createModule(context, unitId, index + 1, meterClock),
  );
  const moduleOf = (loop: number) => {
    const module = modules[loop - 1];
    if (!module) throw new RangeError(`the cabinet has no loop ${loop}`);
    return module;
  };

  const bank: RegisterBank = {
    // A read may run over any number of circuits: that is what this cabinet is for.
    read: (address, count) => {
      const words: number[] = [];
      for (let at = address; at < address + count; ) {
        const module = modules[Math.floor(at / STRIDE)];
        if (!module) return EXCEPTION.illegalDataAddress;
        const offset = at % STRIDE;
        const part = Math.min(STRIDE - offset, address + count - at);
        const read = readMapped(MAP, module.circuit.view(), module.parameters, offset, part);
        if (typeof read === "number") return read;
        words.push(...read);
        at += part;
      }
      return words;
    },
    write: (address, words) => {
      const module = modules[Math.floor(address / STRIDE)];
      if (!module || words.length > 1) return EXCEPTION.illegalDataAddress;
      return writeMapped(module.circuit, module.parameters, address % STRIDE, words, {
        judge: (_name, value) => (value === CLOSE || value === OPEN ? undefined : EXCEPTION.illegalDataValue),
        onWritten: () => context.onDurableChange?.(),
      });
    },
  };
  return {
    profile: "reference-cabinet",
    firstUnitId: unitId,
    circuits: modules.map(({ circuit }) => circuit),
    banks: new Map([[unitId, bank]]),
    meterClock,
    replace: (circuit, serialNumber, energyWh) => {
      moduleOf(circuit.loop).parameters.reset();
      circuit.replaceMeter(serialNumber, energyWh);
    },
    setBatteryLow: () => {},
    state: () => ({ clockErrorMs: meterClock.errorMs(), written: [] }),
    circuitStateOf: (circuit) => ({
      ...circuit.state(),
      parameters: moduleOf(circuit.loop).parameters.entries(),
    }),
  };
}
