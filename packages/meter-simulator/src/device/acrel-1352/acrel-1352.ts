import type { Phase } from "../../circuit/mains.ts";
import { createMeterClock } from "../../circuit/meter-clock.ts";
import { EXCEPTION, type ExceptionCode, type RegisterBank } from "../../modbus/register-bank.ts";
import { createCircuit, type Device, type DeviceContext, defaultSerialNumber } from "../device.ts";
import { readMapped, writeMapped } from "../metered-bank.ts";
import { ParameterStore } from "../parameter-store.ts";
import { rulesOfParameters } from "../prepaid-parameters.ts";
import { layOut } from "../register-map.ts";
import { U32_MODULUS_WH, WH_PER_STEP } from "../register-rows.ts";
import { type LoopCount, measuredRows, OPEN_PARAMETERS, PAGE, PAGE_PARAMETERS } from "./registers.ts";

const PREPAID_SWITCH_BYTE = 8;
const openAddresses = new Set(OPEN_PARAMETERS.map(({ address }) => address));

export interface Acrel1352Plan {
  unitId: number;
  variant: "single-phase" | "three-phase";
  /** Relays L1 to L3 that the meter has; they move together. */
  relays: LoopCount;
}

/** A DDSY1352 (single-phase) or DTSY1352 (three-phase): one meter with its own relay behind one unit id. */
export function createAcrel1352(context: DeviceContext, { unitId, variant, relays }: Acrel1352Plan): Device {
  const initialState = context.circuitState(unitId, 1);
  const meterClock = createMeterClock(
    context.nowMs,
    context.utcOffsetMinutes,
    context.state?.clockErrorMs ?? 0,
  );
  const rows = measuredRows(variant, relays, {
    isLoadOn: () => parameters.value("maxPowerW") > 0,
    isTimeOn: () => false,
  });
  const map = layOut(rows, [...OPEN_PARAMETERS, ...PAGE_PARAMETERS]);
  const parameters = new ParameterStore(map, initialState?.parameters);
  const rules = rulesOfParameters({
    parameters,
    meterClock,
    elapsedMs: context.elapsedMs,
    forced: () => {
      if (parameters.value("forcedSwitch") === 0) return "free";
      return parameters.value("forcedOpen") === 1 ? "open" : "closed";
    },
    isPrepaidOn: () => parameters.value("prepaidSwitchHigh") >>> PREPAID_SWITCH_BYTE !== 0,
  });
  let tripCount = 0;
  const circuit = createCircuit(context, {
    unitId,
    loop: 1,
    profile: "acrel-1352",
    variant,
    phaseCount: variant === "single-phase" ? 1 : 3,
    supplyPhase: (unitId % 3) as Phase,
    energyModulusWh: U32_MODULUS_WH,
    energyStepWh: WH_PER_STEP,
    serialNumber: defaultSerialNumber(unitId),
    meterClock,
    initialState,
    rules: {
      ...rules,
      // The public sources name the limit alone: it trips once and stays open until the limit is written again.
      loadControl: () => ({
        isOn: parameters.value("maxPowerW") > 0,
        maxPowerW: parameters.value("maxPowerW"),
        tripCount,
        allowedTrips: 0,
        recoveryMs: 0,
      }),
      countTrip: (count) => {
        tripCount = count;
      },
    },
  });
  const accept = () => undefined;
  const writePage = (words: readonly number[]): ExceptionCode | undefined => {
    const [high = 0, low = 0] = words.slice(PAGE.remaining - PAGE.first);
    const behindRemaining = PAGE.remaining + 2;
    circuit.sync();
    for (const [address, part] of [
      [PAGE.first, words.slice(0, PAGE.remaining - PAGE.first)],
      [behindRemaining, words.slice(behindRemaining - PAGE.first)],
    ] as const) {
      const written = parameters.write(address, part, accept);
      if (typeof written === "number") return written;
    }
    circuit.setCredit((high << 16) | low);
    tripCount = 0;
    context.onDurableChange?.();
    circuit.obey();
    return undefined;
  };
  const bank: RegisterBank = {
    read: (address, count) => readMapped(map, circuit.view(), parameters, address, count),
    write: (address, words) => {
      const isOpen = words.every((_, index) => openAddresses.has(address + index));
      if (!isOpen) return EXCEPTION.illegalDataAddress;
      return writeMapped(circuit, parameters, address, words, {
        judge: accept,
        onWritten: () => context.onDurableChange?.(),
      });
    },
    factoryWrite: (address, words) =>
      address === PAGE.first && words.length === PAGE.count ? writePage(words) : EXCEPTION.illegalDataAddress,
  };
  return {
    profile: "acrel-1352",
    firstUnitId: unitId,
    circuits: [circuit],
    banks: new Map([[unitId, bank]]),
    meterClock,
    replace: (_circuit, serialNumber, energyWh) => {
      parameters.reset();
      tripCount = 0;
      circuit.replaceMeter(serialNumber, energyWh);
    },
    setBatteryLow: () => {},
    state: () => ({ clockErrorMs: meterClock.errorMs(), written: [] }),
    circuitStateOf: () => ({ ...circuit.state(), parameters: parameters.entries() }),
  };
}
