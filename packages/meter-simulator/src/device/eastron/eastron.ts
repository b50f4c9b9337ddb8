import type { Phase } from "../../circuit/mains.ts";
import { createMeterClock } from "../../circuit/meter-clock.ts";
import { EXCEPTION, type RegisterBank } from "../../modbus/register-bank.ts";
import { createCircuit, type Device, type DeviceContext, defaultSerialNumber } from "../device.ts";
import { ParameterStore } from "../parameter-store.ts";
import { layOut } from "../register-map.ts";
import { toWords } from "../register-rows.ts";
import { HOLDING, INPUT_AREAS, SDM120_INPUT, SDM630_INPUT } from "./registers.ts";

/** SDM630Modbus manual, 1.1: at most 40 values, 80 registers, in one transaction. */
const MAX_REGISTERS = 80;
/** 999,999.9 kWh, the largest number that the displays show. */
const ENERGY_MODULUS_WH = 1_000_000_000;
/** SDM630Modbus manual: serial number, 40043 and 40045, one word each. Binary: the last digits of ours. */
const SERIAL = 0x002a;

const INPUT_MAPS = {
  "eastron-sdm120": layOut(SDM120_INPUT, HOLDING),
  "eastron-sdm630": layOut(SDM630_INPUT, HOLDING),
} as const;

export interface EastronPlan {
  profile: keyof typeof INPUT_MAPS;
  unitId: number;
}

/** An SDM120 or SDM630: floats in input registers, no relay, no credit, no clock of its own. */
export function createEastron(context: DeviceContext, { profile, unitId }: EastronPlan): Device {
  const map = INPUT_MAPS[profile];
  const areas = INPUT_AREAS[profile];
  const initialState = context.circuitState(unitId, 1);
  const meterClock = createMeterClock(context.nowMs, context.utcOffsetMinutes);
  const settings = new ParameterStore(map, initialState?.parameters);
  const circuit = createCircuit(context, {
    unitId,
    loop: 1,
    profile,
    variant: profile === "eastron-sdm120" ? "single-phase" : "three-phase",
    phaseCount: profile === "eastron-sdm120" ? 1 : 3,
    supplyPhase: (unitId % 3) as Phase,
    energyModulusWh: ENERGY_MODULUS_WH,
    energyStepWh: 1,
    serialNumber: defaultSerialNumber(unitId),
    meterClock,
    initialState,
    rules: undefined,
  });

  const readInput = (address: number, count: number) => {
    const area = areas.find(({ from, to }) => address >= from && address + count - 1 <= to);
    if (!area) return EXCEPTION.illegalDataAddress;
    const view = circuit.view();
    const words: number[] = [];
    for (let at = address; at < address + count; at++) {
      const cell = map.measured.get(at);
      words.push(cell ? (toWords("f32", cell.row.read(view))[cell.wordIndex] ?? 0) : 0);
    }
    return words;
  };
  const serialWords = () => toWords("u32", Number(circuit.view().serialNumber.slice(-8)));
  const readHolding = (address: number, count: number) => {
    if (address === SERIAL && count === 2) return [...serialWords()];
    const words: number[] = [];
    for (let at = address; at < address + count; at++) {
      const word = settings.word(at);
      if (word === undefined) return EXCEPTION.illegalDataAddress;
      words.push(word);
    }
    return words;
  };
  const bank: RegisterBank = {
    read: (address, count, functionCode = 3) => {
      if (count > MAX_REGISTERS) return EXCEPTION.illegalDataValue;
      return functionCode === 4 ? readInput(address, count) : readHolding(address, count);
    },
    write: (address, words) => {
      const written = settings.write(address, words, () => undefined);
      return typeof written === "number" ? written : undefined;
    },
  };
  return {
    profile,
    firstUnitId: unitId,
    circuits: [circuit],
    banks: new Map([[unitId, bank]]),
    meterClock,
    replace: (_circuit, serialNumber, energyWh) => {
      settings.reset();
      circuit.replaceMeter(serialNumber, energyWh);
    },
    setBatteryLow: () => {},
    state: () => ({ clockErrorMs: 0, written: [] }),
    circuitStateOf: () => ({ ...circuit.state(), parameters: settings.entries() }),
  };
}
