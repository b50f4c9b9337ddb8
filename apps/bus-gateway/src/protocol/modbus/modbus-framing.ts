import type { Framing, Verdict } from "../line/framing.ts";
import { hasValidCrc } from "./crc16.ts";
import { silentIntervalMs } from "./wire-time.ts";

const EXCEPTION_BIT = 0x80;
const EXCEPTION_REPLY_BYTES = 5;
const WRITE_REPLY_BYTES = 8;
/** A read reply has an odd length, a write reply eight bytes; both name unit and function first. */
const HEADER_BYTES = 2;

/** Modbus RTU on a shared line. */
export const modbusFraming: Framing = {
  judge: judgeReply,
  senderOf: (frame) => (hasValidCrc(frame) ? (frame[0] ?? null) : null),
  unitIdOf: ([unitId]) => unitId,
  silenceMs: silentIntervalMs,
  /**
   * USB adapters and serial servers hand bytes over in packets. Range 16 ms (FTDI latency timer) – 100 ms; 50 ms covers
   * serial servers on Wi-Fi.
   */
  longestByteGapMs: 50,
  /** Longest frame of Modbus RTU, twice (an echo and an answer). */
  mostBytes: 512,
};

/** @param request a function 3, 4 or 16 request as it went out, with its checksum */
export function judgeReply(request: Uint8Array, answer: Uint8Array): Verdict {
  const [unitId, functionCode = 0] = answer;
  if (answer.length > 0 && unitId !== request[0]) return { kind: "foreign" };
  if (answer.length < HEADER_BYTES) return { kind: "incomplete" };
  const expectedBytes = expectedLength(request, functionCode);
  if (expectedBytes === null || !headerMatches(request, answer)) return { kind: "foreign" };
  if (answer.length < expectedBytes) return { kind: "incomplete" };
  const frame = answer.subarray(0, expectedBytes);
  if (!hasValidCrc(frame)) return { kind: "corrupt" };
  return { kind: answer.length > expectedBytes ? "surplus" : "complete", frame };
}

/** How long the answer with this function code is, in bytes; null when the code does not answer the request. */
function expectedLength(request: Uint8Array, functionCode: number): number | null {
  const [, asked = 0, , , , count = 0] = request;
  if (functionCode === (asked | EXCEPTION_BIT)) return EXCEPTION_REPLY_BYTES;
  if (functionCode !== asked) return null;
  return asked === 16 ? WRITE_REPLY_BYTES : 5 + 2 * count;
}

/** The fields after the function code that repeat the request: byte count of a read, address and count of a write. */
function headerMatches(request: Uint8Array, answer: Uint8Array): boolean {
  const [, asked = 0, , , , count = 0] = request;
  if (answer[1] !== asked) return true;
  if (asked !== 16) return answer.length < 3 || answer[2] === 2 * count;
  const known = Math.min(answer.length, 6);
  for (let index = 2; index < known; index++) if (request[index] !== answer[index]) return false;
  return true;
}
