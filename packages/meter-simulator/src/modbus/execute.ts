import { EXCEPTION, type ExceptionCode, type RegisterBank } from "./register-bank.ts";

/** Modbus Application Protocol V1.1b3, 6.3, 6.4, 6.6, 6.12. */
const READ_HOLDING = 3;
const READ_INPUT = 4;
const WRITE_ONE = 6;
const WRITE_MANY = 16;
/** Acrel's set-up program writes with this what function 16 may not; its frame is that of function 16. */
const FACTORY_WRITE = 0xaa;
const MAX_READ = 125;
const MAX_WRITE = 123;

const wordAt = (pdu: Uint8Array, index: number) => ((pdu[index] ?? 0) << 8) | (pdu[index + 1] ?? 0);

function exceptionReply(functionCode: number, exception: ExceptionCode): number[] {
  return [functionCode | 0x80, exception];
}

function read(pdu: Uint8Array, bank: RegisterBank): number[] | undefined {
  const functionCode = pdu[0] === READ_INPUT ? READ_INPUT : READ_HOLDING;
  if (pdu.length !== 5) return undefined;
  const count = wordAt(pdu, 3);
  if (count < 1 || count > MAX_READ) return exceptionReply(functionCode, EXCEPTION.illegalDataValue);
  const words = bank.read(wordAt(pdu, 1), count, functionCode);
  if (typeof words === "number") return exceptionReply(functionCode, words);
  const reply = [functionCode, 2 * count];
  for (const word of words) reply.push(word >>> 8, word & 0xff);
  return reply;
}

function writeOne(pdu: Uint8Array, bank: RegisterBank): number[] | undefined {
  if (pdu.length !== 5) return undefined;
  const exception = bank.write(wordAt(pdu, 1), [wordAt(pdu, 3)]);
  return exception ? exceptionReply(WRITE_ONE, exception) : [...pdu];
}

type WriteWords = RegisterBank["write"];

function writeWords(pdu: Uint8Array, functionCode: number, write: WriteWords): number[] | undefined {
  if (pdu.length < 6) return undefined;
  const count = wordAt(pdu, 3);
  const byteCount = pdu[5] ?? 0;
  if (pdu.length !== 6 + byteCount) return undefined;
  if (count < 1 || count > MAX_WRITE || byteCount !== 2 * count)
    return exceptionReply(functionCode, EXCEPTION.illegalDataValue);
  const words = Array.from({ length: count }, (_, index) => wordAt(pdu, 6 + 2 * index));
  const exception = write(wordAt(pdu, 1), words);
  return exception ? exceptionReply(functionCode, exception) : [...pdu.subarray(0, 5)];
}

const FUNCTIONS: Record<number, (pdu: Uint8Array, bank: RegisterBank) => number[] | undefined> = {
  [READ_HOLDING]: read,
  [READ_INPUT]: read,
  [WRITE_ONE]: writeOne,
  [WRITE_MANY]: (pdu, bank) => writeWords(pdu, WRITE_MANY, bank.write),
};

/**
 * Runs a request PDU against a unit's registers. Undefined when its length is not that of such a request: a slave also
 * hears the replies of its neighbours and must not answer them.
 */
export function executePdu(pdu: Uint8Array, bank: RegisterBank): number[] | undefined {
  const functionCode = pdu[0] ?? 0;
  if (functionCode === FACTORY_WRITE && bank.factoryWrite)
    return writeWords(pdu, FACTORY_WRITE, bank.factoryWrite);
  if (functionCode & 0x80) return undefined;
  const run = FUNCTIONS[functionCode];
  return run ? run(pdu, bank) : exceptionReply(functionCode, EXCEPTION.illegalFunction);
}
