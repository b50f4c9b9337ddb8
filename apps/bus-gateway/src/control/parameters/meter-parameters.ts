import {
  type BlockValues,
  compareParameters,
  type DesiredParameters,
  MeterModelError,
  type MeterModelErrorCode,
  type ParameterComparison,
  type ParameterRow,
  parameterBlocks,
  parameterMistakes,
  parameterWrite,
  type RegisterWrite,
  readParameters,
} from "@hallmeter/meter-model";
import type { Lane } from "../../bus/bus.ts";
import { type GatewayErrorCode, isGatewayError } from "../../errors.ts";
import { type CircuitWire, REFUSED } from "../operate-relay.ts";

/** A person waits for it. */
const REPAIR_LANE: Lane = "person";

/** Why a parameter is not repaired. */
type RepairCode = GatewayErrorCode | MeterModelErrorCode | "value-not-kept";
type ParameterRepair = ParameterRow & { code?: RepairCode };

function codeOf(error: unknown): GatewayErrorCode {
  if (isGatewayError(error)) return error.code;
  throw error;
}

/**
 * Reads these parameters. A meter without one of them refuses its whole block: that one is then unknown, and so are its
 * neighbours in the block.
 * @throws GatewayError when the unit does not answer at all
 */
async function readActual(wire: CircuitWire, names: readonly string[], lane: Lane): Promise<BlockValues> {
  const { bus, unitId, profile, variant, loop } = wire;
  const values: BlockValues = {};
  for (const block of parameterBlocks(variant, names, loop)) {
    try {
      const { words } = await bus.read({ lane, unitId, block, profile });
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
  lane: Lane,
): Promise<ParameterComparison[]> {
  return compareParameters(wire.variant, desired, await readActual(wire, Object.keys(desired), lane));
}

/**
 * Writes what differs, each parameter once, and reads each back: what the meter says afterwards decides, whatever came of the
 * write. A parameter that cannot be put right stops none of the others.
 * @returns every desired parameter; those that were not written have no outcome
 * @throws GatewayError when the unit does not answer before anything was written
 */
export async function repairParameters(
  wire: CircuitWire,
  desired: DesiredParameters,
): Promise<ParameterRepair[]> {
  const before = await compareWithMeter(wire, desired, REPAIR_LANE);
  const impossible = new Set(parameterMistakes(wire.variant, desired).map(({ name }) => name));
  const rows: ParameterRepair[] = [];
  for (const row of before) {
    if (row.state === "same") rows.push(row);
    else if (impossible.has(row.name)) rows.push({ ...row, outcome: "refused", code: "out-of-range" });
    else rows.push(await repairOne(wire, row));
  }
  return rows;
}

async function repairOne(wire: CircuitWire, row: ParameterComparison): Promise<ParameterRepair> {
  const { bus, unitId, profile, variant, loop, access } = wire;
  let write: RegisterWrite;
  try {
    write = parameterWrite(variant, row.name, row.desired, { loop, access });
  } catch (error) {
    if (!(error instanceof MeterModelError)) throw error;
    return { ...row, outcome: "refused", code: error.code };
  }
  let failure: GatewayErrorCode | undefined;
  try {
    await bus.write({ lane: REPAIR_LANE, unitId, write, profile });
  } catch (error) {
    failure = codeOf(error);
  }
  let after: ParameterComparison | undefined;
  try {
    [after] = await compareWithMeter(wire, { [row.name]: row.desired }, REPAIR_LANE);
  } catch (error) {
    return { ...row, outcome: "unsure", code: failure ?? codeOf(error) };
  }
  if (after === undefined || after.state === "unreadable")
    return { ...row, outcome: "unsure", ...(failure === undefined ? {} : { code: failure }) };
  if (after.state === "same") return { ...after, outcome: "repaired" };
  const isRefused = failure !== undefined && REFUSED.has(failure);
  return { ...after, outcome: isRefused ? "refused" : "unchanged", code: failure ?? "value-not-kept" };
}
