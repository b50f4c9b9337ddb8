import type { Clock } from "../clock/clock.ts";
import type { Hub } from "../line/hub.ts";
import { silenceMs } from "../line/line-timing.ts";
import { hasGoodCrc, withCrc } from "./crc.ts";
import { executePdu } from "./execute.ts";
import type { RegisterBank } from "./register-bank.ts";

/** Modbus over serial line V1.02, 2.2. */
const BROADCAST_UNIT = 0;
/** Unit, function, CRC. */
const SHORTEST_FRAME = 4;
/** Modbus over serial line V1.02, 2.5.1: longer means noise or a neighbour that never stops. */
const LONGEST_FRAME = 256;
const ROUNDING_MS = 1e-6;

/** Something put on the wire in answer to a request; `delayMs` comes on top of the turnaround. */
export interface Emission {
  bytes: Uint8Array;
  delayMs: number;
}

export interface RtuStationOptions {
  clock: Clock;
  hub: Hub;
  /** Time from the end of a request to the start of its reply, in ms; never shorter than t3.5. */
  turnaroundMs: number;
  /** Unit ids this station answers to. */
  banks: ReadonlyMap<number, RegisterBank>;
  /** Units without power or with a dead interface: nothing reaches them, not even a broadcast. */
  isDeaf?: (unitId: number) => boolean;
  /** What really goes out instead of the right reply; the place where faults happen. */
  shapeReply?: (unitId: number, reply: Uint8Array) => Emission[];
}

export interface RtuStation {
  close(): void;
}

/**
 * A slave on the wire, one or many unit ids. Frames end by t3.5 of silence alone: two requests without it are one broken
 * frame, as for real slaves. A bad CRC, a foreign unit and a broadcast are met with silence.
 */
export function createRtuStation(options: RtuStationOptions): RtuStation {
  const { clock, hub, banks, turnaroundMs } = options;
  const shapeReply = options.shapeReply ?? ((_unitId, bytes) => [{ bytes, delayMs: 0 }]);
  const isDeaf = options.isDeaf ?? (() => false);
  const gapMs = silenceMs(hub.line);
  const timers = new Set<() => void>();
  let received: number[] = [];
  let lastEndMs = Number.NEGATIVE_INFINITY;
  let talkingUntilMs = Number.NEGATIVE_INFINITY;
  let isWaitingForSilence = false;

  const after = (delayMs: number, run: () => void) => {
    const cancel = clock.setTimer(() => {
      timers.delete(cancel);
      run();
    }, delayMs);
    timers.add(cancel);
  };

  const emit = ({ bytes, delayMs }: Emission, replyStartMs: number) => {
    const startMs = replyStartMs + delayMs;
    const talk = () => {
      talkingUntilMs = port.send(bytes, startMs);
    };
    if (delayMs > 0) after(startMs - clock.monotonicMs(), talk);
    else talk();
  };

  const answer = (frame: Uint8Array, endMs: number) => {
    const unitId = frame[0] ?? 0;
    const pdu = frame.subarray(1, -2);
    if (unitId === BROADCAST_UNIT) {
      for (const [heardBy, bank] of banks) if (!isDeaf(heardBy)) executePdu(pdu, bank);
      return;
    }
    const bank = isDeaf(unitId) ? undefined : banks.get(unitId);
    const reply = bank && executePdu(pdu, bank);
    if (!reply) return;
    const startMs = endMs + Math.max(gapMs, turnaroundMs);
    for (const emission of shapeReply(unitId, withCrc([unitId, ...reply]))) emit(emission, startMs);
  };

  const endFrame = () => {
    const frame = Uint8Array.from(received);
    received = [];
    if (frame.length >= SHORTEST_FRAME && frame.length <= LONGEST_FRAME && hasGoodCrc(frame))
      answer(frame, lastEndMs);
  };

  const waitForSilence = (untilMs: number) => {
    isWaitingForSilence = true;
    after(untilMs - clock.monotonicMs(), () => {
      isWaitingForSilence = false;
      if (received.length === 0) return;
      const nowMs = clock.monotonicMs();
      const silentAtMs = lastEndMs + gapMs;
      if (nowMs < silentAtMs - ROUNDING_MS) waitForSilence(silentAtMs);
      // A character has begun within the gap; it will be heard at its end.
      else if (hub.isDriven()) waitForSilence(nowMs + hub.characterMs);
      else endFrame();
    });
  };

  const onCharacters = (bytes: Uint8Array, endMs: number) => {
    const startMs = endMs - bytes.length * hub.characterMs;
    // The transceiver is switched to sending: what comes meanwhile is not heard.
    if (startMs < talkingUntilMs - ROUNDING_MS) return;
    if (received.length > 0 && startMs - lastEndMs >= gapMs - ROUNDING_MS) endFrame();
    if (received.length <= LONGEST_FRAME) received.push(...bytes);
    lastEndMs = endMs;
    if (!isWaitingForSilence) waitForSilence(lastEndMs + gapMs);
  };

  const port = hub.attach({ onCharacters });
  return {
    close: () => {
      for (const cancel of timers) cancel();
      timers.clear();
      port.detach();
    },
  };
}
