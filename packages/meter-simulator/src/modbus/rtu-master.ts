import type { CancelTimer, Clock } from "../clock/clock.ts";
import type { Hub } from "../line/hub.ts";
import { silenceMs } from "../line/line-timing.ts";
import { hasGoodCrc, withCrc } from "./crc.ts";

/** How long a unit may take to begin; range 50–5000 ms, default 1000: what serial servers come with. */
const RESPONSE_TIMEOUT_MS = 1000;

/** Undefined when nothing good came in time. */
type OnReply = (pdu: Uint8Array | undefined) => void;

export interface RtuMaster {
  /** Sends when everything before it is answered or given up. */
  exchange(unitId: number, pdu: Uint8Array, onReply: OnReply): void;
  close(): void;
}

/** The master inside a serial server: one request on the wire at a time, replies ended by silence. */
export function createRtuMaster(hub: Hub, clock: Clock): RtuMaster {
  const gapMs = silenceMs(hub.line);
  const queue: { unitId: number; pdu: Uint8Array; onReply: OnReply }[] = [];
  let current: (typeof queue)[number] | undefined;
  let received: number[] = [];
  let cancel: CancelTimer = () => {};

  const settle = (pdu: Uint8Array | undefined) => {
    const settled = current;
    current = undefined;
    received = [];
    cancel();
    // The next request keeps its distance to whatever was last on the wire.
    cancel = clock.setTimer(next, gapMs);
    settled?.onReply(pdu);
  };
  /**
   * A FIFO hands over more characters at once than t3.5 holds, and on a late clock the last of them after they have ended:
   * the reply is over when the wire has been found idle twice.
   */
  const awaitEnd = (wasIdle: boolean) => {
    const isIdle = !hub.isDriven();
    if (isIdle && wasIdle) judge();
    else cancel = clock.setTimer(() => awaitEnd(isIdle), gapMs);
  };
  const judge = () => {
    const frame = Uint8Array.from(received);
    const isGood = frame[0] === current?.unitId && hasGoodCrc(frame);
    settle(isGood ? frame.slice(1, -2) : undefined);
  };
  const next = () => {
    if (current) return;
    current = queue.shift();
    if (!current) return;
    received = [];
    const endMs = port.send(withCrc([current.unitId, ...current.pdu]));
    const waitMs = endMs - clock.monotonicMs();
    // Nobody answers a broadcast.
    if (current.unitId === 0) cancel = clock.setTimer(() => settle(undefined), waitMs + gapMs);
    else cancel = clock.setTimer(() => settle(undefined), waitMs + RESPONSE_TIMEOUT_MS);
  };
  const port = hub.attach({
    onCharacters: (bytes, endMs) => {
      if (!current) return;
      received.push(...bytes);
      cancel();
      cancel = clock.setTimer(() => awaitEnd(false), endMs + gapMs - clock.monotonicMs());
    },
  });
  return {
    exchange: (unitId, pdu, onReply) => {
      queue.push({ unitId, pdu, onReply });
      if (!current && queue.length === 1) {
        cancel();
        cancel = clock.setTimer(next, gapMs);
      }
    },
    close: () => {
      cancel();
      queue.length = 0;
      port.detach();
    },
  };
}
