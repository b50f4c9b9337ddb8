/** Modbus over serial line V1.02, 2.2: individual addresses are 1 to 247. */
const LAST_UNIT_ADDRESS = 247;

export interface AddressSpan {
  /** What the circuit is called, to say whose address it is. */
  name: string;
  unitAddress: number;
  /** How many unit ids it takes. */
  step: number;
}

export type AddressMistake =
  | { code: "address-invalid"; detail: string }
  | { code: "address-taken"; detail: string };

/** What is wrong with a circuit at this address, given the others of its bus; undefined when nothing is. */
export function addressMistake(
  span: AddressSpan,
  meter: { firstUnitId: number },
  others: readonly AddressSpan[],
): AddressMistake | undefined {
  const last = lastOf(span);
  if (last > LAST_UNIT_ADDRESS)
    return { code: "address-invalid", detail: `It would end at ${last}, beyond ${LAST_UNIT_ADDRESS}` };
  if (span.unitAddress < meter.firstUnitId)
    return { code: "address-invalid", detail: `The meter begins at ${meter.firstUnitId}` };
  const taken = others.find((other) => other.unitAddress <= last && lastOf(other) >= span.unitAddress);
  return (
    taken && {
      code: "address-taken",
      detail: `${taken.name} has ${describe(taken)} of this bus`,
    }
  );
}

function lastOf({ unitAddress, step }: AddressSpan): number {
  return unitAddress + step - 1;
}

function describe(span: AddressSpan): string {
  return span.step === 1 ? `address ${span.unitAddress}` : `addresses ${span.unitAddress} to ${lastOf(span)}`;
}
