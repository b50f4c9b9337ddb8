import type { UnitId } from "@hallmeter/meter-model";

/** Modbus over serial line V1.02, 2.2: individual addresses are 1 to 247. */
const LAST_UNIT_ADDRESS = 247;

export interface AddressSpan {
  /** What the circuit is called, to say whose address it is. */
  name: string;
  unitAddress: UnitId;
  /** How many unit ids it takes. */
  step: number;
  /** Which of the circuits behind its unit id, from 1… */
  loop: number;
  /** …and how many there are. */
  loops: number;
}

export type AddressMistake =
  | { code: "address-invalid"; detail: string }
  | { code: "address-taken"; detail: string };

/** What is wrong with a circuit at this address, given the others of its bus; undefined when nothing is. */
export function addressMistake(
  span: AddressSpan,
  meter: { firstUnitId: UnitId },
  others: readonly AddressSpan[],
): AddressMistake | undefined {
  const invalid = invalidAddress(span, meter.firstUnitId);
  if (invalid !== undefined) return { code: "address-invalid", detail: invalid };
  const taken = others.find((other) => isShared(span, other));
  return (
    taken && {
      code: "address-taken",
      detail: `${taken.name} has ${describe(taken)} of this bus`,
    }
  );
}

function invalidAddress(span: AddressSpan, firstUnitId: UnitId): string | undefined {
  const { unitAddress, loop, loops } = span;
  if (loop > loops)
    return loops === 1 ? "The unit has one circuit" : `The unit has ${loops} circuits, and no loop ${loop}`;
  if (typeof unitAddress === "string" || typeof firstUnitId === "string")
    return unitAddress === firstUnitId ? undefined : `The meter's address is ${firstUnitId}`;
  const last = lastOf(unitAddress, span.step);
  if (last > LAST_UNIT_ADDRESS) return `It would end at ${last}, beyond ${LAST_UNIT_ADDRESS}`;
  return unitAddress < firstUnitId ? `The meter begins at ${firstUnitId}` : undefined;
}

/** Two circuits of one unit with loops stand side by side; anything else at one address would be mixed up. */
function isShared(a: AddressSpan, b: AddressSpan): boolean {
  if (a.unitAddress === b.unitAddress) return a.loop === b.loop || a.loops !== b.loops;
  if (typeof a.unitAddress === "string" || typeof b.unitAddress === "string") return false;
  return b.unitAddress <= lastOf(a.unitAddress, a.step) && lastOf(b.unitAddress, b.step) >= a.unitAddress;
}

function lastOf(unitAddress: number, step: number): number {
  return unitAddress + step - 1;
}

function describe({ unitAddress, step, loop, loops }: AddressSpan): string {
  if (loops > 1) return `loop ${loop} of address ${unitAddress}`;
  return typeof unitAddress === "string" || step === 1
    ? `address ${unitAddress}`
    : `addresses ${unitAddress} to ${lastOf(unitAddress, step)}`;
}
