import {
  type BlockValues,
  compareParameters,
  formatValue,
  parameterBlocks,
  ratioFactor,
  readParameters,
} from "@hallmeter/meter-model";
import type { CircuitControl } from "../../control/circuit-control.ts";
import { isGatewayError } from "../../errors.ts";

const PHASES = ["A", "B", "C"] as const;
const PHASOR_QUANTITIES = ["voltageDv", "currentCa", "activePowerW", "reactivePowerVar"] as const;
type PhasorQuantity = (typeof PHASOR_QUANTITIES)[number];

/** What a phase angle diagram is drawn from, after ratios; null where the meter does not tell it. */
export type Phasor = { phase: string } & Record<PhasorQuantity, number | null>;

/**
 * Asks the meter itself, in the person lane: phases, and parameters as they are beside what they shall be.
 * @throws GatewayError when the unit does not answer
 */
export async function readMeter(circuit: CircuitControl) {
  const { variant } = circuit.wire;
  const desired = circuit.config.parameters ?? {};
  const phasorNames = [
    ...PHASES.flatMap((phase) => PHASOR_QUANTITIES.map((name) => `phase${phase}.${name}`)),
    ...PHASOR_QUANTITIES,
  ];
  const parameterNames = variant.parameters.map(({ register }) => register);
  const values = await readRegisters(circuit, [...phasorNames, ...parameterNames]);
  const compared = new Map(compareParameters(variant, desired, values).map((row) => [row.name, row.state]));
  const text = (name: string, value: number | null | undefined) =>
    value === null || value === undefined ? null : formatValue(name, value);
  return {
    phasors: phasorsOf(values, circuit.config),
    parameters: parameterNames.map((name) => ({
      name,
      desired: text(name, desired[name]),
      actual: text(name, values[name]),
      /** Null for what nothing is desired of. */
      state: compared.get(name) ?? null,
    })),
  };
}
export type MeterReading = Awaited<ReturnType<typeof readMeter>>;

/** A device without one of the registers refuses its whole block: those are then unknown. */
async function readRegisters({ wire }: CircuitControl, names: readonly string[]): Promise<BlockValues> {
  const { bus, unitId, profile, variant, loop } = wire;
  const values: BlockValues = {};
  for (const block of parameterBlocks(variant, names, loop)) {
    try {
      const { words } = await bus.read({ lane: "person", unitId, block, profile });
      Object.assign(values, readParameters(variant, names, { block, words, loop }));
    } catch (error) {
      if (!isGatewayError(error) || error.code !== "address-refused") throw error;
    }
  }
  return values;
}

/** Phases that tell their voltage; a single-phase circuit is one phase. */
export function phasorsOf(
  values: Readonly<BlockValues>,
  ratios: { ctRatio: number; ptRatio: number },
): Phasor[] {
  const phasor = (phase: string, prefix: string): Phasor => {
    const value = (name: PhasorQuantity) => {
      const read = values[`${prefix}${name}`];
      return typeof read === "number" ? read * ratioFactor(name, ratios.ctRatio, ratios.ptRatio) : null;
    };
    return {
      phase,
      voltageDv: value("voltageDv"),
      currentCa: value("currentCa"),
      activePowerW: value("activePowerW"),
      reactivePowerVar: value("reactivePowerVar"),
    };
  };
  const three = PHASES.map((phase) => phasor(phase, `phase${phase}.`)).filter(
    ({ voltageDv }) => voltageDv !== null,
  );
  return three.length > 0 ? three : [phasor("", "")];
}
