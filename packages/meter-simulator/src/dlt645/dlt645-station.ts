import type { Clock } from "../clock/clock.ts";
import type { Emission } from "../line/emission.ts";
import type { Hub } from "../line/hub.ts";
import type { Dlt645Bank } from "./dlt645-bank.ts";
import { encodeFrame, FROM_METER, findFrame, MORE_FRAMES, REFUSED, WAKE_UP_BYTES } from "./frame.ts";

/** DL/T 645-2007, 6.4: a pause of more than this between two bytes ends a frame. */
const BYTE_PAUSE_MS = 500;
/** 6.4: an answer begins 20–500 ms after the request. */
const SHORTEST_TURNAROUND_MS = 20;
const ROUNDING_MS = 1e-6;

const BROADCAST = "999999999999";
const ANY_DIGITS = "aa";
const REPLY_CONTROL = 0x1f;
const READ = 0x11;
const READ_MORE = 0x12;
const READ_ADDRESS = 0x13;
const WRITE_ADDRESS = 0x15;
const BROADCAST_FUNCTIONS: readonly number[] = [0x08, 0x16];
/** Wildcards serve readings and what must be asked of a meter whose address nobody knows. */
const WILDCARD_FUNCTIONS: readonly number[] = [READ, READ_MORE, READ_ADDRESS, WRITE_ADDRESS];

export interface Dlt645StationOptions {
  clock: Clock;
  hub: Hub;
  /** From the end of a request to the start of its reply, in ms; never shorter than the standard's 20. */
  turnaroundMs: number;
  bank: Dlt645Bank;
  isDeaf?: (address: string) => boolean;
  /** What really goes out instead of the right reply; the place where faults happen. */
  shapeReply?: (address: string, reply: Uint8Array) => Emission[];
}

function isMeant(asked: string, own: string): "direct" | "wildcard" | undefined {
  if (asked === own) return "direct";
  const pairs = asked.match(/../g) ?? [];
  const matches = pairs.every((pair, index) => pair === ANY_DIGITS || own.startsWith(pair, 2 * index));
  return matches ? "wildcard" : undefined;
}

/**
 * A meter that speaks DL/T 645-2007 on a wire that may carry other protocols too. It finds frames by their marks, not by
 * silence; a wrong checksum, another's address and a broadcast are met with silence.
 */
export function createDlt645Station(options: Dlt645StationOptions): { close(): void } {
  const { clock, hub, bank } = options;
  const turnaroundMs = Math.max(SHORTEST_TURNAROUND_MS, options.turnaroundMs);
  const isDeaf = options.isDeaf ?? (() => false);
  const shapeReply = options.shapeReply ?? ((_address, bytes) => [{ bytes, delayMs: 0 }]);
  const timers = new Set<() => void>();
  let heard: number[] = [];
  let lastEndMs = Number.NEGATIVE_INFINITY;
  let talkingUntilMs = Number.NEGATIVE_INFINITY;

  const emit = ({ bytes, delayMs }: Emission, replyStartMs: number) => {
    const startMs = replyStartMs + delayMs;
    const cancel = clock.setTimer(() => {
      timers.delete(cancel);
      talkingUntilMs = port.send(bytes, startMs);
    }, startMs - clock.monotonicMs());
    timers.add(cancel);
  };

  const answer = (asked: string, control: number, data: readonly number[], endMs: number) => {
    const own = bank.address();
    if (control & FROM_METER || isDeaf(own)) return;
    const functionCode = control & REPLY_CONTROL;
    if (asked === BROADCAST) {
      if (BROADCAST_FUNCTIONS.includes(functionCode)) bank.execute(functionCode, data, false);
      return;
    }
    const meant = isMeant(asked, own);
    if (!meant || (meant === "wildcard" && !WILDCARD_FUNCTIONS.includes(functionCode))) return;
    const reply = bank.execute(functionCode, data, meant === "direct");
    if (!reply) return;
    const flags = reply.kind === "refused" ? REFUSED : reply.hasMore ? MORE_FRAMES : 0;
    const frame = { address: bank.address(), control: FROM_METER | flags | functionCode, data: reply.data };
    for (const emission of shapeReply(own, encodeFrame(frame, WAKE_UP_BYTES)))
      emit(emission, endMs + turnaroundMs);
  };

  const port = hub.attach({
    onCharacters: (bytes, endMs) => {
      const startMs = endMs - bytes.length * hub.characterMs;
      // The transceiver is switched to sending: what comes meanwhile is not heard.
      if (startMs < talkingUntilMs - ROUNDING_MS) return;
      if (startMs - lastEndMs > BYTE_PAUSE_MS) heard = [];
      heard.push(...bytes);
      lastEndMs = endMs;
      for (let search = findFrame(heard); ; search = findFrame(heard)) {
        heard = heard.slice(search.bytes);
        if (search.kind === "unfinished") break;
        // Bytes behind the frame in the same chunk have ended later than it.
        answer(
          search.frame.address,
          search.frame.control,
          search.frame.data,
          endMs - heard.length * hub.characterMs,
        );
      }
    },
  });
  return {
    close: () => {
      for (const cancel of timers) cancel();
      timers.clear();
      port.detach();
    },
  };
}
