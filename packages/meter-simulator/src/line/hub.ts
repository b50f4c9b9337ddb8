import type { LineConfig } from "@hallmeter/meter-model";
import type { CancelTimer, Clock } from "../clock/clock.ts";
import type { Random } from "../random.ts";
import { characterMs } from "./line-timing.ts";

/**
 * Characters a receiving UART collects before it reports them; on a real clock one timer serves that many. Range 1–256,
 * default 1 (exact). 14 is the receive trigger of a 16550 FIFO.
 */
export const UART_FIFO_CHARACTERS = 14;
/** Whole frames at once: what is heard and when it ended stay exact, it is only told later. For long simulations. */
export const WHOLE_FRAME_CHARACTERS = 256;

export interface HubListener {
  /** Characters of one sender without a gap; `endMs` is the monotonic time at which the last one has left the wire. */
  onCharacters(bytes: Uint8Array, endMs: number, sender: HubPort): void;
}

export interface HubPort {
  /**
   * Drives the wire from `startMs` (monotonic, default now), behind whatever this port still has to send. It does not
   * listen before it talks: two ports at once collide, as on RS485. Answers when the last character will have ended.
   */
  send(bytes: Uint8Array, startMs?: number): number;
  detach(): void;
}

/** What the wire does to one character on its way: another value, or undefined for a character that is lost. */
export type Distortion = (byte: number) => number | undefined;

export interface HubStatistics {
  /** Characters that have passed, and how many of them met another one. */
  characters: number;
  collidedCharacters: number;
  /** Time the wire was driven. */
  busyMs: number;
}

export interface Hub {
  readonly line: LineConfig;
  readonly characterMs: number;
  /** Without a listener the port only talks. `echo`: it hears itself too. */
  attach(listener?: HubListener, options?: { echo?: boolean }): HubPort;
  /** Every port hears itself while this is on, as with an adapter that does not mute its receiver. */
  setLocalEcho(isOn: boolean): void;
  /** Whether someone is driving the wire now; a receiver notices the start bit before it has the character. */
  isDriven(): boolean;
  /** Several distortions add up; each lasts until its answer is called. */
  distort(distortion: Distortion): () => void;
  statistics(): HubStatistics;
  close(): void;
}

export interface HubOptions {
  clock: Clock;
  line: LineConfig;
  /** Decides what a collision leaves of a character. */
  random: Random;
  fifoCharacters?: number;
}

interface Attached {
  port: HubPort;
  listener: HubListener | undefined;
  echo: boolean;
  busyUntilMs: number;
}

interface Transmission {
  from: Attached;
  bytes: Uint8Array;
  startMs: number;
  endMs: number;
  /** Index of the first character that has not been delivered. */
  next: number;
}

interface Chunk {
  from: Attached;
  bytes: number[];
  endMs: number;
}

/** Characters end at computed times; this much is rounding, not lateness. */
const ROUNDING_MS = 1e-6;

/**
 * One half-duplex wire. Every character takes its time; every port but the sender hears it at its end, never earlier. On a
 * clock that fires late the receiver gets it late, but the times of the wire itself stay the ideal ones.
 */
export function createHub({ clock, line, random, fifoCharacters = 1 }: HubOptions): Hub {
  const oneCharacterMs = characterMs(line);
  const ports = new Set<Attached>();
  let listening: readonly Attached[] = [];
  let transmissions: Transmission[] = [];
  let deliveredUntilMs = Number.NEGATIVE_INFINITY;
  const distortions = new Set<{ apply: Distortion }>();
  let isLocalEcho = false;
  let isDelivering = false;
  let wake: { atMs: number; cancel: CancelTimer } | undefined;
  const statistics = { characters: 0, collidedCharacters: 0 };

  const characterEndMs = (transmission: Transmission, index: number) =>
    transmission.startMs + (index + 1) * oneCharacterMs;

  /** The transmission whose next character ends first, if that is by `untilMs`. */
  const nextDue = (untilMs: number): Transmission | undefined => {
    let found: Transmission | undefined;
    let foundEndMs = untilMs + ROUNDING_MS;
    for (const transmission of transmissions) {
      if (transmission.next >= transmission.bytes.length) continue;
      const endMs = characterEndMs(transmission, transmission.next);
      if (endMs <= foundEndMs) {
        found = transmission;
        foundEndMs = endMs;
      }
    }
    return found;
  };

  const overlapping = (transmission: Transmission, endMs: number): Transmission | undefined =>
    transmissions.find(
      (other) =>
        other !== transmission &&
        other.startMs < endMs - ROUNDING_MS &&
        other.endMs > endMs - oneCharacterMs + ROUNDING_MS,
    );

  const distorted = (byte: number): number | undefined => {
    let heard: number | undefined = byte;
    for (const { apply } of distortions) heard = heard === undefined ? undefined : apply(heard);
    return heard;
  };

  /** Under a collision a receiver stays with the character it has begun, garbled; the other sender's is swallowed. */
  const heardByte = (transmission: Transmission, endMs: number): number | undefined => {
    const byte = transmission.bytes[transmission.next] ?? 0;
    const other = overlapping(transmission, endMs);
    if (!other) return distorted(byte);
    statistics.collidedCharacters++;
    return transmission.startMs <= other.startMs ? Math.floor(random() * 256) : undefined;
  };

  const hand = (from: Attached, bytes: Uint8Array, endMs: number) => {
    for (const heard of listening)
      if (heard !== from || heard.echo || isLocalEcho) heard.listener?.onCharacters(bytes, endMs, from.port);
  };

  /** With one sender and a wire that changes nothing, characters need not be looked at one by one. */
  const deliverAlone = (transmission: Transmission, nowMs: number) => {
    const { from, bytes, startMs, next } = transmission;
    const ended = Math.floor((nowMs - startMs + ROUNDING_MS) / oneCharacterMs);
    const until = Math.min(bytes.length, Math.max(next, ended));
    if (until === next) return;
    transmission.next = until;
    const endMs = characterEndMs(transmission, until - 1);
    deliveredUntilMs = Math.max(deliveredUntilMs, endMs);
    statistics.characters += until - next;
    hand(from, next === 0 && until === bytes.length ? bytes : bytes.slice(next, until), endMs);
  };

  const deliverMixed = (nowMs: number) => {
    let chunk: Chunk | undefined;
    const handChunk = () => {
      if (chunk) hand(chunk.from, Uint8Array.from(chunk.bytes), chunk.endMs);
      chunk = undefined;
    };
    for (let due = nextDue(nowMs); due; due = nextDue(nowMs)) {
      const endMs = characterEndMs(due, due.next);
      const byte = heardByte(due, endMs);
      due.next++;
      deliveredUntilMs = Math.max(deliveredUntilMs, endMs);
      statistics.characters++;
      if (byte === undefined) continue;
      const isContiguous = chunk?.from === due.from && endMs - chunk.endMs < oneCharacterMs + 2 * ROUNDING_MS;
      if (chunk && !isContiguous) handChunk();
      chunk ??= { from: due.from, bytes: [], endMs };
      chunk.bytes.push(byte);
      chunk.endMs = endMs;
    }
    handChunk();
  };

  const deliver = () => {
    const nowMs = clock.monotonicMs();
    isDelivering = true;
    const [only] = transmissions;
    if (only && transmissions.length === 1 && distortions.size === 0) deliverAlone(only, nowMs);
    else deliverMixed(nowMs);
    isDelivering = false;
    // An ended transmission may still overlap a character that is being delivered to someone else.
    transmissions = transmissions.filter(
      ({ next, bytes, endMs }) =>
        next < bytes.length || (transmissions.length > 1 && endMs > deliveredUntilMs - oneCharacterMs),
    );
    plan();
  };

  const plan = () => {
    if (isDelivering) return;
    let atMs = Number.POSITIVE_INFINITY;
    for (const transmission of transmissions) {
      const { next, bytes } = transmission;
      if (next >= bytes.length) continue;
      const last = Math.min(next + fifoCharacters, bytes.length) - 1;
      atMs = Math.min(atMs, characterEndMs(transmission, last));
    }
    if (wake?.atMs === atMs) return;
    wake?.cancel();
    wake = undefined;
    if (atMs === Number.POSITIVE_INFINITY) return;
    const cancel = clock.setTimer(() => {
      wake = undefined;
      deliver();
    }, atMs - clock.monotonicMs());
    wake = { atMs, cancel };
  };

  return {
    line,
    characterMs: oneCharacterMs,
    attach: (listener, options) => {
      const attached: Attached = {
        listener,
        echo: options?.echo ?? false,
        busyUntilMs: Number.NEGATIVE_INFINITY,
        port: {
          send: (bytes, startMs = clock.monotonicMs()) => {
            if (bytes.length === 0 || !ports.has(attached)) return Math.max(attached.busyUntilMs, startMs);
            const beginMs = Math.max(startMs, attached.busyUntilMs, deliveredUntilMs);
            const endMs = beginMs + bytes.length * oneCharacterMs;
            attached.busyUntilMs = endMs;
            transmissions.push({
              from: attached,
              bytes: Uint8Array.from(bytes),
              startMs: beginMs,
              endMs,
              next: 0,
            });
            plan();
            return endMs;
          },
          detach: () => {
            ports.delete(attached);
            listening = [...ports].filter((port) => port.listener);
          },
        },
      };
      ports.add(attached);
      listening = [...ports].filter((port) => port.listener);
      return attached.port;
    },
    setLocalEcho: (isOn) => {
      isLocalEcho = isOn;
    },
    isDriven: () => {
      const nowMs = clock.monotonicMs();
      return transmissions.some(
        ({ startMs, endMs }) => startMs < nowMs - ROUNDING_MS && endMs > nowMs + ROUNDING_MS,
      );
    },
    distort: (apply) => {
      const own = { apply };
      distortions.add(own);
      return () => distortions.delete(own);
    },
    statistics: () => ({ ...statistics, busyMs: statistics.characters * oneCharacterMs }),
    close: () => {
      wake?.cancel();
      wake = undefined;
      transmissions = [];
      ports.clear();
      listening = [];
    },
  };
}
