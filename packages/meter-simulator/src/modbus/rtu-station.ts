import type { Clock } from "../clock/clock.ts";
import type { Emission } from "../line/emission.ts";
import type { Hub, HubPort } from "../line/hub.ts";
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

export interface RtuStationOptions {
  clock: Clock;
  hub: Hub;
  /** Time from the end of a request to the start of its reply, in ms; never shorter than t3.5. */
  turnaroundMs: number;
  /** Unit ids this station answers to; each group has a transceiver of its own, so that two of them can collide. */
  groups: readonly ReadonlyMap<number, RegisterBank>[];
  /** Units without power or with a dead interface: nothing reaches them, not even a broadcast. */
  isDeaf?: (unitId: number) => boolean;
  /** Least time between two requests that a unit stands; one that comes sooner is lost, and the next ones until then. */
  minimumGapMsOf?: (unitId: number) => number;
  /** What really goes out instead of the right reply; the place where faults happen. */
  shapeReply?: (unitId: number, reply: Uint8Array) => Emission[];
}

export interface RtuStation {
  close(): void;
}

/** A unit, its registers, and the transceiver it talks through. */
interface Unit {
  bank: RegisterBank;
  port: HubPort;
  /** Not before this is it ready for another request. */
  readyAtMs: number;
}

/**
 * Slaves on the wire. Frames end by t3.5 of silence alone: two requests without it are one broken frame, as for real
 * slaves. A bad CRC, a foreign unit and a broadcast are met with silence; so is what one of the slaves has said itself.
 */
export function createRtuStation(options: RtuStationOptions): RtuStation {
  const { clock, hub, turnaroundMs } = options;
  const shapeReply = options.shapeReply ?? ((_unitId, bytes) => [{ bytes, delayMs: 0 }]);
  const isDeaf = options.isDeaf ?? (() => false);
  const minimumGapMsOf = options.minimumGapMsOf ?? (() => 0);
  const gapMs = silenceMs(hub.line);
  const timers = new Set<() => void>();
  const units = new Map<number, Unit>();
  const ownPorts = new Set<HubPort>();
  for (const banks of options.groups) {
    const port = hub.attach();
    ownPorts.add(port);
    for (const [unitId, bank] of banks)
      units.set(unitId, { bank, port, readyAtMs: Number.NEGATIVE_INFINITY });
  }
  const received = new Uint8Array(LONGEST_FRAME + 1);
  let receivedCount = 0;
  /** So many of them, from the front, has one of the slaves said itself: who talks does not hear. */
  let ownCount = 0;
  let talker: HubPort | undefined;
  /** Slaves and others have talked in turns without a silence: a broken frame for everyone. */
  let isMixed = false;
  let lastEndMs = Number.NEGATIVE_INFINITY;
  let isWaitingForSilence = false;

  const after = (delayMs: number, run: () => void) => {
    const cancel = clock.setTimer(() => {
      timers.delete(cancel);
      run();
    }, delayMs);
    timers.add(cancel);
  };

  const emit = (port: HubPort, { bytes, delayMs }: Emission, replyStartMs: number) => {
    const startMs = replyStartMs + delayMs;
    if (delayMs > 0) after(startMs - clock.monotonicMs(), () => port.send(bytes, startMs));
    else port.send(bytes, startMs);
  };

  /** `only`: whose talk went before without a silence; for all others the frame is a broken one. */
  const answer = (frame: Uint8Array, endMs: number, only: HubPort | undefined) => {
    const unitId = frame[0] ?? 0;
    const pdu = frame.subarray(1, -2);
    const hears = (each: Unit, id: number) => (!only || each.port === only) && !isDeaf(id);
    if (unitId === BROADCAST_UNIT) {
      for (const [id, each] of units) if (hears(each, id)) executePdu(pdu, each.bank);
      return;
    }
    const unit = units.get(unitId);
    if (!unit || !hears(unit, unitId)) return;
    const isReady = endMs >= unit.readyAtMs;
    unit.readyAtMs = endMs + minimumGapMsOf(unitId);
    const reply = isReady ? executePdu(pdu, unit.bank) : undefined;
    if (!reply) return;
    const startMs = endMs + Math.max(gapMs, turnaroundMs);
    for (const emission of shapeReply(unitId, withCrc([unitId, ...reply])))
      emit(unit.port, emission, startMs);
  };

  const endFrame = () => {
    const frame = received.slice(ownCount, receivedCount);
    const isAnswerable = !isMixed && frame.length >= SHORTEST_FRAME && frame.length <= LONGEST_FRAME;
    const only = talker;
    receivedCount = 0;
    ownCount = 0;
    talker = undefined;
    isMixed = false;
    // The unit is looked at first: most frames are another's, or a reply.
    const unitId = frame[0] ?? 0;
    if (isAnswerable && (unitId === BROADCAST_UNIT || units.has(unitId)) && hasGoodCrc(frame))
      answer(frame, lastEndMs, only);
  };

  const onSilence = () => {
    isWaitingForSilence = false;
    if (receivedCount === 0) return;
    const nowMs = clock.monotonicMs();
    const silentAtMs = lastEndMs + gapMs;
    if (nowMs < silentAtMs - ROUNDING_MS) waitForSilence(silentAtMs);
    // A character has begun within the gap; it will be heard at its end.
    else if (hub.isDriven()) waitForSilence(nowMs + hub.characterMs);
    else endFrame();
  };
  const waitForSilence = (untilMs: number) => {
    isWaitingForSilence = true;
    after(untilMs - clock.monotonicMs(), onSilence);
  };

  const onCharacters = (bytes: Uint8Array, endMs: number, sender: HubPort) => {
    const startMs = endMs - bytes.length * hub.characterMs;
    if (receivedCount > 0 && startMs - lastEndMs >= gapMs - ROUNDING_MS) endFrame();
    // One byte beyond the longest frame is enough to know that it is none.
    const room = bytes.subarray(0, received.length - receivedCount);
    received.set(room, receivedCount);
    receivedCount += room.length;
    if (ownPorts.has(sender)) {
      isMixed ||= receivedCount > room.length + ownCount || (talker !== undefined && talker !== sender);
      ownCount = receivedCount;
      talker = sender;
    }
    lastEndMs = endMs;
    if (!isWaitingForSilence) waitForSilence(lastEndMs + gapMs);
  };

  const ear = hub.attach({ onCharacters });
  return {
    close: () => {
      for (const cancel of timers) cancel();
      timers.clear();
      ear.detach();
      for (const port of ownPorts) port.detach();
    },
  };
}
