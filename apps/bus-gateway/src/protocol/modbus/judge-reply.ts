import { hasValidCrc } from "./crc16.ts";

const EXCEPTION_BIT = 0x80;
const EXCEPTION_REPLY_BYTES = 5;
const WRITE_REPLY_BYTES = 8;
/** A read reply has an odd length, a write reply eight bytes; both name unit and function first. */
const HEADER_BYTES = 2;

/** What the bytes after our request are, so far. */
export type Verdict =
  /** Nothing speaks against it; more bytes are needed. */
  | { kind: "incomplete" }
  /** One whole frame of the asked unit, function and shape, and nothing else. */
  | { kind: "complete"; frame: Uint8Array }
  /** As long as the answer should be, with a wrong checksum. */
  | { kind: "corrupt" }
  /** Not an answer to this request. */
  | { kind: "foreign" }
  /** A whole answer, and then more: somebody else answers too. */
  | { kind: "surplus" };

/** Splits what was heard since the request began into what we said ourselves and the rest. */
export interface Heard {
  /** The whole request came back. */
  echo: boolean;
  /** Nothing but a part of the request, from its beginning: an echo under way, or an answer that begins alike. */
  undecided: boolean;
  /** Bytes that can be an answer. */
  answer: Uint8Array;
  /** Bytes that arrived before the request can have left the wire and are not its echo. */
  foreign: Uint8Array;
}

/**
 * @param heard all bytes since the request began
 * @param earlyCount how many of them arrived before the last bit of the request can have left the wire
 */
export function separateEcho(request: Uint8Array, heard: Uint8Array, earlyCount: number): Heard {
  const overlap = Math.min(request.length, heard.length);
  const alike = sameBytes(request.subarray(0, overlap), heard.subarray(0, overlap));
  if (alike && heard.length >= request.length) {
    const answerStart = Math.max(request.length, earlyCount);
    return {
      echo: true,
      undecided: false,
      answer: heard.subarray(answerStart),
      foreign: heard.subarray(request.length, answerStart),
    };
  }
  return {
    echo: false,
    undecided: alike,
    answer: heard.subarray(earlyCount),
    foreign: heard.subarray(0, earlyCount),
  };
}

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
  return answer.length > expectedBytes ? { kind: "surplus" } : { kind: "complete", frame };
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
  if (asked === 16) {
    const known = Math.min(answer.length, 6);
    return sameBytes(request.subarray(2, known), answer.subarray(2, known));
  }
  return answer.length < 3 || answer[2] === 2 * count;
}

/** What a whole transaction that brought no good answer was, once no more bytes are waited for. */
export function nameFailure(answer: Uint8Array, verdict: Verdict["kind"]) {
  switch (verdict) {
    case "surplus":
      return "duplicate-address";
    case "corrupt":
      return "reply-corrupt";
    case "foreign":
      // A foreign frame that is whole came from somebody; anything else is noise.
      return hasValidCrc(answer) ? "reply-foreign" : "reply-corrupt";
    default:
      return answer.length === 0 ? "reply-timeout" : "reply-truncated";
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
