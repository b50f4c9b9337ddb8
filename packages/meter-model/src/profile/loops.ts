import { MeterModelError } from "../errors.ts";
import {
  isModbusBlock,
  isModbusRegister,
  type ProfileVariant,
  type ReadBlock,
  type Register,
} from "./profile.ts";

/**
 * How many registers further on the circuit lies than the first of its unit.
 * @throws MeterModelError "unknown-loop"
 */
export function loopShift({ loops }: ProfileVariant, loop: number): number {
  const count = loops?.count ?? 1;
  if (!Number.isInteger(loop) || loop < 1 || loop > count)
    throw new MeterModelError("unknown-loop", `there is no loop ${loop}: the unit has ${count}`);
  return (loop - 1) * (loops?.stride ?? 0);
}

/**
 * What is read for a sample of the circuit at `loop` (1…count), in reading order.
 * @throws MeterModelError "unknown-loop"
 */
export function blocksOf(variant: ProfileVariant, loop = 1): readonly ReadBlock[] {
  const shift = loopShift(variant, loop);
  if (shift === 0) return variant.sampleBlocks;
  return variant.sampleBlocks.map((block) =>
    isModbusBlock(block) ? { ...block, address: block.address + shift } : block,
  );
}

/** @throws MeterModelError "unknown-loop" */
export function registersFor(variant: ProfileVariant, loop = 1): readonly Register[] {
  const shift = loopShift(variant, loop);
  if (shift === 0) return variant.registers;
  return variant.registers.map((register) =>
    isModbusRegister(register) ? { ...register, address: register.address + shift } : register,
  );
}
