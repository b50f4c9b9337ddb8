import {
  type BlockValues,
  compareParameters,
  type DesiredParameters,
  type ParameterComparison,
  parameterBlocks,
  parameterMistakes,
  parameterWrite,
  readParameters,
} from "@hallmeter/meter-model";
import type { Lane } from "../../bus/bus.ts";
import { type GatewayErrorCode, isGatewayError } from "../../errors.ts";
import type { CircuitWire } from "../operate-relay.ts";

/** A person waits for it. */
const LANE: Lane = "person";

/** What came of one parameter that differed. */
export interface ParameterRepair extends ParameterComparison {
  /** `refused`: the meter, or this gateway, would not write it · `unsure`: nothing could be read back. */
  outcome: "repaired" | "unchanged" | "refused" | "unsure";
  /** Why it is not `repaired`. */
  code?: GatewayErrorCode | "value-not-kept" | "out-of-range";
}

function codeOf(error: unknown): GatewayErrorCode {
  if (isGatewayError(error)) return error.code;
  throw error;
}

/**
 * Reads these parameters. A meter without one of them refuses its whole block: that one is then unknown, and so are its
 * neighbours in the block.
 * @throws GatewayError when the unit does not answer at all
 */
async function readActual(wire: CircuitWire, names: readonly string[]): Promise<BlockValues> {
  const { bus, unitId, profile, variant, loop } = wire;
  const values: BlockValues = {};
  for (const block of parameterBlocks(variant, names, loop)) {
    try {
      const { words } = await bus.read({ lane: LANE, unitId, block, profile });
      Object.assign(values, readParameters(variant, names, { block, words, loop }));
    } catch (error) {
      if (codeOf(error) !== "address-refused") throw error;
    }
  }
  return values;
}

/** @throws GatewayError when the unit does not answer */
export async function compareWithMeter(
  wire: CircuitWire,
  desired: DesiredParameters,
): Promise<ParameterComparison[]> {
  return compareParameters(wire.variant, desired, await readActual(wire, Object.keys(desired)));
}

/**
 * Writes what differs, each parameter once, and reads each back: what the meter says afterwards decides, whatever came of the
 * write. A parameter that cannot be put right stops none of the others.
 * @throws GatewayError when the unit does not answer before anything was written
 */
export async function repairParameters(
  wire: CircuitWire,
  desired: DesiredParameters,
): Promise<ParameterRepair[]> {
  const before = await compareWithMeter(wire, desired);
  const impossible = new Set(parameterMistakes(wire.variant, desired).map(({ name }) => name));
  const repairs: ParameterRepair[] = [];
  for (const row of before) {
    if (row.state === "same") continue;
    repairs.push(
      impossible.has(row.name)
        ? { ...row, outcome: "refused", code: "out-of-range" }
        : await repairOne(wire, row),
    );
  }
  return repairs;
}

async function repairOne(wire: CircuitWire, row: ParameterComparison): Promise<ParameterRepair> {
  const { bus, unitId, profile, variant, loop, access } = wire;
  const write = parameterWrite(variant, row.name, row.desired, { loop, access });
  let failure: GatewayErrorCode | undefined;
  try {
    await bus.write({ lane: LANE, unitId, write, profile });
  } catch (error) {
    failure = codeOf(error);
  }
  let after: ParameterComparison | undefined;
  try {
    [after] = await compareWithMeter(wire, { [row.name]: row.desired });
  } catch (error) {
    return { ...row, outcome: "unsure", code: failure ?? codeOf(error) };
  }
  if (after === undefined || after.state === "unreadable")
    return { ...row, outcome: "unsure", ...(failure === undefined ? {} : { code: failure }) };
  if (after.state === "same") return { ...after, outcome: "repaired" };
  return failure === undefined
    ? { ...after, outcome: "unchanged", code: "value-not-kept" }
    : { ...after, outcome: "refused", code: failure };
}
