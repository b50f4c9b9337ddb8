import { EXCEPTION, type ExceptionCode, type RegisterBank } from "./register-bank.ts";

/** Modbus Application Protocol V1.1b3, 6.3, 6.4, 6.6, 6.12. */
const READ_HOLDING = 3;
const READ_INPUT = 4;
const WRITE_ONE = 6;
const WRITE_MANY = 16;
const MAX_READ = 125;
const MAX_WRITE = 123;

const wordAt = (pdu: Uint8Array, index: number) => ((pdu[index] ?? 0) << 8) | (pdu[index + 1] ?? 0);

function exceptionReply(functionCode: number, exception: ExceptionCode): number[] {
  return [functionCode | 0x80, exception];
}

function read(pdu: Uint8Array, bank: RegisterBank): number[] | undefined {
  const functionCode = pdu[0] ?? 0;
  if (pdu.length !== 5) return undefined;
  const count = wordAt(pdu, 3);
  if (count < 1 || count > MAX_READ) return exceptionReply(functionCode, EXCEPTION.illegalDataValue);
  const words = bank.read(wordAt(pdu, 1), count);
  if (typeof words === "number") return exceptionReply(functionCode, words);
  return [functionCode, 2 * count, ...words.flatMap((word) => [word >>> 8, word & 0xff])];
}

function writeOne(pdu: Uint8Array, bank: RegisterBank): number[] | undefined {
  if (pdu.length !== 5) return undefined;
  const exception = bank.write(wordAt(pdu, 1), [wordAt(pdu, 3)]);
  return exception ? exceptionReply(WRITE_ONE, exception) : [...pdu];
}

function writeMany(pdu: Uint8Array, bank: RegisterBank): number[] | undefined {
  if (pdu.length < 6) return undefined;
  const count = wordAt(pdu, 3);
  const byteCount = pdu[5] ?? 0;
  if (pdu.length !== 6 + byteCount) return undefined;
  if (count < 1 || count > MAX_WRITE || byteCount !== 2 * count)
    return exceptionReply(WRITE_MANY, EXCEPTION.illegalDataValue);
  const words = Array.from({ length: count }, (_, index) => wordAt(pdu, 6 + 2 * index));
  const exception = bank.write(wordAt(pdu, 1), words);
  return exception ? exceptionReply(WRITE_MANY, exception) : [...pdu.subarray(0, 5)];
}

const FUNCTIONS: Record<number, (pdu: Uint8Array, bank: RegisterBank) => number[] | undefined> = {
  [READ_HOLDING]: read,
  [READ_INPUT]: read,
  [WRITE_ONE]: writeOne,
  [WRITE_MANY]: writeMany,
};

/**
 * Runs a request PDU against a unit's registers. Undefined when its length is not that of such a request: a slave also
 * hears the replies of its neighbours and must not answer them.
 */
export function executePdu(pdu: Uint8Array, bank: RegisterBank): number[] | undefined {
  const functionCode = pdu[0] ?? 0;
  if (functionCode & 0x80) return undefined;
  const run = FUNCTIONS[functionCode];
  return run ? run(pdu, bank) : exceptionReply(functionCode, EXCEPTION.illegalFunction);
}
