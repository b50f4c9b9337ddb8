import { blocksFor, decodeBlock } from "./decode.ts";
import { isModbusRegister, type ProfileVariant, type ReadBlock, type Register } from "./profile.ts";

function serialRegisters({ serial, registers }: ProfileVariant): Register[] {
  const names = serial?.registers ?? [];
  return names.flatMap((name) => registers.find((row) => row.name === name) ?? []);
}

/** What has to be read to know the meter's serial number; nothing where the profile does not say where it stands. */
export function serialBlocks(variant: ProfileVariant): ReadBlock[] {
  return blocksFor(variant, serialRegisters(variant));
}

/** Decimal digits as they stand for BCD, four hexadecimal ones a word of Modbus, a decimal number for two words. */
function digits(register: Register, value: number): string {
  if (!isModbusRegister(register)) return String(value).padStart(2 * register.bytes, "0");
  return register.type === "u16" ? value.toString(16).toUpperCase().padStart(4, "0") : String(value);
}

/** What a meter shows to whom nobody has given a number. */
const NOT_SET = /^(0*|F*)$/;

/**
 * The serial number from the replies to `serialBlocks`, in their order; null when the meter has none or sends no number.
 * @throws MeterModelError "wrong-word-count"
 */
export function readSerial(variant: ProfileVariant, replies: readonly (readonly number[])[]): string | null {
  const registers = serialRegisters(variant);
  const values = serialBlocks(variant).map((block, index) =>
    decodeBlock(registers, block, replies[index] ?? []),
  );
  const merged = Object.assign({}, ...values) as Record<string, number | null>;
  const parts = registers.map((register) => {
    const value = merged[register.name] ?? null;
    return value === null ? null : digits(register, value);
  });
  if (parts.length === 0 || parts.includes(null)) return null;
  const serial = parts.join("");
  return NOT_SET.test(serial) ? null : serial;
}
