import type { Framing, Verdict } from "../line/framing.ts";
import { ADDRESS_BYTES, addressFits, addressOf, isWholeAddress } from "./address.ts";
import {
  ADDRESS_AT,
  CONTROL_AT,
  checksum,
  DATA_AT,
  DATA_ID_BYTES,
  END,
  FROM_METER,
  frameBytes,
  LENGTH_AT,
  MORE_FOLLOWS,
  MOST_DATA_BYTES,
  parseFrame,
  REFUSED,
  SECOND_START_AT,
  START,
  TRAILER_BYTES,
  wakeUpCount,
} from "./frame.ts";
import { FUNCTIONS } from "./functions.ts";
import { silenceMs } from "./wire-time.ts";

/** DL/T 645-2007 on a shared line. */
export const dlt645Framing: Framing = {
  judge: judgeReply,
  senderOf(frame) {
    const address = parseFrame(frame.subarray(wakeUpCount(frame)))?.address;
    return address !== undefined && isWholeAddress(address) ? address : null;
  },
  unitIdOf(frame) {
    const start = wakeUpCount(frame);
    const bytes = frame.subarray(start + ADDRESS_AT, start + SECOND_START_AT);
    const address = frame[start] === START && bytes.length === ADDRESS_BYTES ? addressOf(bytes) : null;
    return address !== null && isWholeAddress(address) ? address : undefined;
  },
  silenceMs,
  /** DL/T 645-2007, response: a meter may pause up to 500 ms between two bytes. */
  longestByteGapMs: 500,
  /** Longest answer behind the echo of the longest request, and as much again of bytes that wake up. */
  mostBytes: 512,
};

/** @param request as it went out, with the bytes that wake up and its checksum */
export function judgeReply(request: Uint8Array, answer: Uint8Array): Verdict {
  const asked = request.subarray(wakeUpCount(request));
  const said = answer.subarray(wakeUpCount(answer));
  if (!headMatches(asked, said)) return { kind: "foreign" };
  const dataBytes = said[LENGTH_AT];
  if (dataBytes === undefined) return { kind: "incomplete" };
  if (!dataMatches(asked, said, dataBytes)) return { kind: "foreign" };
  const wholeBytes = frameBytes(dataBytes);
  if (said.length < wholeBytes) return { kind: "incomplete" };
  const frame = said.subarray(0, wholeBytes);
  const body = frame.subarray(0, -TRAILER_BYTES);
  if (frame.at(-1) !== END || frame.at(-TRAILER_BYTES) !== checksum(body)) return { kind: "corrupt" };
  if (said.length > wholeBytes) return { kind: "surplus", frame: said.subarray(0, wholeBytes) };
  return repeatsTheLast(asked, frame) ? { kind: "complete", frame } : { kind: "foreign" };
}

/** As far as it goes: delimiters, address and control code of an answer to the request. */
function headMatches(asked: Uint8Array, said: Uint8Array): boolean {
  const [start = START] = said;
  const { [SECOND_START_AT]: secondStart = START, [CONTROL_AT]: control } = said;
  if (start !== START || secondStart !== START) return false;
  const [whom, who] = [asked, said].map((frame) => frame.subarray(ADDRESS_AT, SECOND_START_AT));
  if (whom === undefined || who === undefined || !addressFits(whom, who)) return false;
  return control === undefined || answersFunction(asked[CONTROL_AT] ?? 0, control);
}

function answersFunction(asked: number, control: number): boolean {
  const normal = asked | FROM_METER;
  if (control === normal || control === (normal | REFUSED)) return true;
  return isRead(asked) && control === (normal | MORE_FOLLOWS);
}

function isRead(asked: number): boolean {
  return asked === FUNCTIONS.read || asked === FUNCTIONS.readMore;
}

/** As far as it goes: a length that such an answer can have, and the identifier that was asked for. */
function dataMatches(asked: Uint8Array, said: Uint8Array, dataBytes: number): boolean {
  const { [CONTROL_AT]: code = 0, [LENGTH_AT]: askedBytes = 0 } = asked;
  if (((said[CONTROL_AT] ?? 0) & REFUSED) !== 0) return dataBytes === 1;
  if (code === FUNCTIONS.readAddress) return dataBytes === ADDRESS_BYTES;
  if (!isRead(code)) return dataBytes === 0;
  const dataId = said.subarray(DATA_AT, DATA_AT + Math.min(DATA_ID_BYTES, dataBytes));
  const repeatsDataId = dataId.every((byte, index) => byte === asked[DATA_AT + index]);
  return repeatsDataId && dataBytes >= askedBytes && dataBytes <= MOST_DATA_BYTES;
}

/** What only a whole frame can show: the number of a further frame, the address that is data and address in one. */
function repeatsTheLast(asked: Uint8Array, frame: Uint8Array): boolean {
  const parsed = parseFrame(frame);
  if (parsed === null || !isWholeAddress(parsed.address)) return false;
  if ((parsed.control & REFUSED) !== 0) return true;
  switch (asked[CONTROL_AT]) {
    case FUNCTIONS.readAddress:
      return addressOf(Uint8Array.from(parsed.data)) === parsed.address;
    case FUNCTIONS.readMore:
      return frame.at(-TRAILER_BYTES - 1) === asked.at(-TRAILER_BYTES - 1);
    default:
      return true;
  }
}
