import pino from "pino";
import type { Bus, Lane, PollEntry, ProfileTiming } from "../../apps/bus-gateway/src/bus/bus.ts";
import { lineBus } from "../../apps/bus-gateway/src/bus/line-bus.ts";
import { type Clock, VirtualClock } from "../../apps/bus-gateway/src/clock.ts";
import { type GatewayErrorCode, isGatewayError } from "../../apps/bus-gateway/src/errors.ts";
import { createHub } from "../../packages/meter-simulator/src/line/hub.ts";
import { randomStream } from "../../packages/meter-simulator/src/random.ts";
import { HubPipe } from "../bench/bus/hub-pipe.ts";
import { disturb } from "./disturb.ts";
import { drawFault } from "./fault-odds.ts";
import { HostileSlaves, writeKey } from "./hostile-slaves.ts";
import { type Finding, Judge } from "./judge.ts";

const LINE = { baud: 19_200, parity: "even", stopBits: 1 } as const;
const UNITS = 64;
const DEAD_UNITS = 5;
const TWIN_UNITS = 2;
const POLL_INTERVAL_MS = 5000;
const WATCH_INTERVAL_MS = 2000;
/** Two blocks a unit that the planner may read as one. */
const BLOCKS = [
  { name: "first", function: 3, address: 0x0300, count: 8 },
  { name: "second", function: 3, address: 0x0310, count: 12 },
] as const;
const HOLE = { from: 0x0308, to: 0x030f };
/** Where commands are written: confirmations of the two are told apart, refusals are not. */
const COMMAND_ADDRESSES = [0x0801, 0x0811] as const;
const COMMAND_LANES = ["trip", "restore", "sale", "person", "backfill", "scan"] as const;
/** Between two requests on demand; on average one to ten polls. */
const LONGEST_REQUEST_PAUSE_MS = 2000;
const WRITE_SHARE = 0.4;
const AGAIN_SHARE = 0.3;
const LONGEST_AGAIN_MS = 4000;
const EXPIRY_MS = 30_000;
/** Nothing may take longer, with every fault there is. Far above expiry, back-off (60 s) and quarantine (5 s) together. */
const STUCK_AFTER_MS = 600_000;
/** Two meters with one address mostly garble each other; sooner or later both are heard. */
const TOLD_WITHIN_POLLS = 50_000;
const STEP_MS = 10_000;
/** Longer than anything that could send a write again. */
const WRITE_JUDGED_AFTER_MS = 60_000;

/** After these nothing may have happened: the caller is free to send the command again. */
const NOT_DONE: ReadonlySet<GatewayErrorCode> = new Set<GatewayErrorCode>([
  "expired",
  "superseded",
  "queue-full",
  "bus-jammed",
  "unit-busy",
  "function-refused",
  "address-refused",
  "value-refused",
]);

/** What no unit here says of the blocks that are asked for. */
const NOT_THERE: ReadonlySet<GatewayErrorCode> = new Set<GatewayErrorCode>([
  "function-refused",
  "address-refused",
  "value-refused",
]);

export interface SoakOptions {
  seed: number;
  polls: number;
  /** What the profile says of the longest latency; answers come up to 5 s late whatever it says. Default 1 s. */
  admittedLatencyMs?: number;
  /** The adapter repeats what is sent. */
  echo?: boolean;
  /** Characters that a receiver collects before it hands them over, 1–128. */
  fifoCharacters?: number;
  /** Called after every step with the share of the polls that is done. */
  onStep?: (share: number) => void;
}

export interface SoakResult {
  polls: number;
  replies: number;
  requests: number;
  writes: { confirmed: number; unconfirmed: number; notDone: number };
  faults: Record<string, number>;
  virtualHours: number;
  /** Values told under an address that two meters share. */
  sharedValues: number;
  /** @see Judge.pastChecksum */
  pastChecksum: number;
  collidedCharacters: number;
  /** Addresses that two meters have, and those the bus told about. */
  twins: { there: number[]; told: number[] };
  findings: Finding[];
}

/** Polls a hostile line on a virtual clock until so many polls are done, and judges every value and every write. */
export async function runSoak({
  seed,
  polls,
  admittedLatencyMs = 1000,
  echo = false,
  fifoCharacters = 128,
  onStep,
}: SoakOptions): Promise<SoakResult> {
  const draw = randomStream(seed, "who");
  const virtual = new VirtualClock();
  let wallOffsetMs = 0;
  const clock: Clock = {
    nowMs: () => virtual.nowMs() + wallOffsetMs,
    monotonicMs: () => virtual.monotonicMs(),
    setTimer: (fn, delayMs) => virtual.setTimer(fn, delayMs),
  };
  const unitIds = Array.from({ length: UNITS }, (_, index) => index + 1);
  const odd = [...unitIds].sort(() => draw() - 0.5);
  const deadIds = new Set(odd.slice(0, DEAD_UNITS));
  const twinIds = new Set(odd.slice(DEAD_UNITS, DEAD_UNITS + TWIN_UNITS));
  const hub = createHub({ clock, line: LINE, random: randomStream(seed, "collisions"), fifoCharacters });
  const judge = new Judge(twinIds, () => clock.monotonicMs());
  const faults = randomStream(seed, "faults");
  const slaves = new HostileSlaves({
    clock,
    hub,
    random: faults,
    drawFault: () => drawFault(faults),
    // Two meters of one address are never equally fast: their answers overlap, or follow each other.
    turnaroundMs: ({ unitId, isTwin }) => 5 + ((unitId * 37 + (isTwin ? 53 : 0)) % 115) + faults() * 10,
    unitIds,
    deadIds,
    twinIds,
    hole: { ...HOLE, unitIds: new Set(unitIds.filter((unitId) => unitId % 4 === 0)) },
    asked: () => judge.asked,
  });
  const pipe = new HubPipe(clock, hub, { echo });
  const bus: Bus = lineBus({
    id: "soak",
    pipe,
    line: LINE,
    clock,
    log: pino({ level: "silent" }),
    random: randomStream(seed, "bus"),
  });
  const told = new Set<number>();
  let replies = 0;
  const lastReplyMs = new Map<number, number>();
  const judgeSilence = (unitId: number) => {
    const silentMs = clock.monotonicMs() - (lastReplyMs.get(unitId) ?? 0);
    // Two meters with one address, or a stranger that says frames of this one: the bus believes neither for a while.
    if (silentMs > STUCK_AFTER_MS && !told.has(unitId))
      judge.report(
        "a living unit that was not read for long",
        `unit ${unitId}, ${Math.round(silentMs / 1000)} s`,
      );
  };
  bus.on("frame", ({ direction, bytes }) => {
    if (direction === "sent") judge.sent(bytes);
    else if (direction === "received") judge.received(bytes);
  });
  bus.on("bus", (event) => {
    if (event.kind !== "duplicate-address" || typeof event.unitId !== "number") return;
    told.add(event.unitId);
    if (event.isProved) judge.toldShared(event.unitId);
  });
  bus.on("reply", ({ unitId, replies: blocks }) => {
    replies += 1;
    if (typeof unitId !== "number") return;
    judgeSilence(unitId);
    lastReplyMs.set(unitId, clock.monotonicMs());
    for (const [index, { words }] of blocks.entries())
      judge.delivered(unitId, BLOCKS[index]?.address ?? 0, words);
  });
  const profile = { minimumGapMs: 0, longestLatencyMs: admittedLatencyMs };
  bus.setPollPlan(unitIds.flatMap((unitId) => pollsOf(unitId, profile)));

  const desk = new CommandDesk({
    bus,
    profile,
    clock,
    judge,
    slaves,
    random: randomStream(seed, "commands"),
  });
  desk.start();
  disturb({
    clock,
    random: randomStream(seed, "disturbances"),
    pipe,
    jump: (byMs) => (wallOffsetMs += byMs),
  });

  const pollsDone = () => {
    const { poll, watch } = bus.budget().lanes;
    return poll.done + poll.failed + watch.done + watch.failed;
  };
  let movedAtMs = 0;
  for (let done = 0; done < polls && virtual.monotonicMs() - movedAtMs <= STUCK_AFTER_MS; ) {
    await virtual.advance(STEP_MS);
    const before = done;
    done = pollsDone();
    onStep?.(Math.min(1, done / polls));
    if (done > before || !pipe.isUp) movedAtMs = virtual.monotonicMs();
  }
  if (pollsDone() < polls)
    judge.report("a line on which nothing is polled any more", `after ${pollsDone()} polls`);
  desk.stop();
  for (let waitedMs = 0; desk.waitsForSomething && waitedMs < STUCK_AFTER_MS; waitedMs += STEP_MS)
    await virtual.advance(STEP_MS);
  await virtual.advance(WRITE_JUDGED_AFTER_MS);
  desk.judgeTheRest();
  for (const unitId of polls < TOLD_WITHIN_POLLS ? [] : twinIds)
    if (!told.has(unitId)) judge.report("an address of two meters that was not told", `unit ${unitId}`);
  for (const unitId of unitIds) if (!deadIds.has(unitId)) judgeSilence(unitId);
  judge.judgeChance(hub.statistics().collidedCharacters);
  const result: SoakResult = {
    polls: pollsDone(),
    replies,
    requests: judge.asked.number,
    writes: desk.writes,
    faults: Object.fromEntries(slaves.faults),
    virtualHours: clock.monotonicMs() / 3_600_000,
    sharedValues: judge.sharedValues,
    pastChecksum: judge.pastChecksum,
    collidedCharacters: hub.statistics().collidedCharacters,
    twins: { there: [...twinIds].sort((a, b) => a - b), told: [...told].sort((a, b) => a - b) },
    findings: judge.findings,
  };
  await virtual.until(bus.close());
  hub.close();
  return result;
}

/** Every unit is polled; every eighth is watched as well. */
function pollsOf(unitId: number, profile: ProfileTiming): PollEntry[] {
  const entry = { unitId, profile, holes: [] };
  const polls: PollEntry[] = [
    { ...entry, key: `poll-${unitId}`, blocks: [...BLOCKS], intervalMs: POLL_INTERVAL_MS, lane: "poll" },
  ];
  if (unitId % 8 === 0)
    polls.push({
      ...entry,
      key: `watch-${unitId}`,
      blocks: [BLOCKS[0]],
      intervalMs: WATCH_INTERVAL_MS,
      lane: "watch",
    });
  return polls;
}

interface DeskSetting {
  bus: Bus;
  profile: ProfileTiming;
  clock: Clock;
  judge: Judge;
  slaves: HostileSlaves;
  random: () => number;
}

interface Outstanding {
  what: string;
  sinceMs: number;
}

/** People and rules that want something now: reads and relay commands in every lane, and what becomes of them. */
class CommandDesk {
  readonly writes = { confirmed: 0, unconfirmed: 0, notDone: 0 };
  readonly #setting: DeskSetting;
  readonly #outstanding = new Set<Outstanding>();
  #nextValue = 1;
  #isOver = false;

  constructor(setting: DeskSetting) {
    this.#setting = setting;
  }

  start(): void {
    const { clock, random } = this.#setting;
    clock.setTimer(() => {
      if (this.#isOver) return;
      const unitId = 1 + Math.floor(random() * UNITS);
      this.#demand(unitId);
      // The same unit again, at once or while it may owe an answer.
      if (random() < AGAIN_SHARE) clock.setTimer(() => this.#demand(unitId), random() * LONGEST_AGAIN_MS);
      this.start();
    }, random() * LONGEST_REQUEST_PAUSE_MS);
  }

  stop(): void {
    this.#isOver = true;
  }

  get waitsForSomething(): boolean {
    return this.#outstanding.size > 0;
  }

  judgeTheRest(): void {
    const { clock, judge } = this.#setting;
    for (const { what, sinceMs } of this.#outstanding)
      judge.report(
        "a request that was never settled",
        `${what}, ${Math.round((clock.monotonicMs() - sinceMs) / 1000)} s`,
      );
  }

  #demand(unitId: number): void {
    const { random } = this.#setting;
    if (this.#isOver) return;
    const lane = COMMAND_LANES[Math.floor(random() * COMMAND_LANES.length)] ?? "person";
    if (random() < WRITE_SHARE) this.#write(lane, unitId);
    else this.#read(lane, unitId);
  }

  #read(lane: Lane, unitId: number): void {
    const { bus, profile, clock, judge, random } = this.#setting;
    const block = BLOCKS[random() < 0.5 ? 0 : 1];
    const expiresAtMs = clock.nowMs() + EXPIRY_MS;
    const read = bus.read({ lane, unitId, block, profile, expiresAtMs });
    this.#follow(
      `read ${lane} ${unitId}`,
      read.then(
        ({ words }) => judge.delivered(unitId, block.address, words),
        (error: unknown) => {
          if (isGatewayError(error) && NOT_THERE.has(error.code))
            judge.report("a register that is there was refused for good", `${error.code}, unit ${unitId}`);
          throw error;
        },
      ),
    );
  }

  #write(lane: Lane, unitId: number): void {
    const { bus, profile, clock, random } = this.#setting;
    const value = this.#nextValue++;
    const words = [value >>> 16, value & 0xffff];
    const key = writeKey(unitId, words);
    const supersedeKey = random() < 0.5 ? `relay-${unitId}` : undefined;
    const expiresAtMs = clock.nowMs() + EXPIRY_MS;
    const write = bus.write({
      lane,
      unitId,
      write: { address: COMMAND_ADDRESSES[value % 2] ?? 0, words },
      profile,
      expiresAtMs,
      ...(supersedeKey !== undefined && { supersedeKey }),
    });
    this.#follow(
      `write ${lane} ${unitId}`,
      write.then(
        () => {
          this.writes.confirmed += 1;
          this.#judgeWriteLater(unitId, key, "confirmed");
        },
        (error: unknown) => {
          const isNotDone = isGatewayError(error) && NOT_DONE.has(error.code);
          this.writes[isNotDone ? "notDone" : "unconfirmed"] += 1;
          this.#judgeWriteLater(unitId, key, isNotDone ? "not done" : "unsure");
          throw error;
        },
      ),
    );
  }

  /** When a second sending would have been seen as well; then the write is forgotten, so that only the bus' memory grows. */
  #judgeWriteLater(unitId: number, key: string, ending: "confirmed" | "not done" | "unsure"): void {
    const { clock, judge, slaves } = this.#setting;
    clock.setTimer(() => {
      const times = slaves.obeyed.get(key) ?? 0;
      slaves.forget(key);
      if (times > 1) judge.report("a write that was sent twice", key);
      if (ending === "confirmed" && times === 0) judge.report("a confirmed write that did not happen", key);
      // Of two meters with one address, one may refuse what the other has done.
      if (ending === "not done" && times > 0 && !slaves.isShared(unitId))
        judge.report("a write that happened and was reported as not done", key);
    }, WRITE_JUDGED_AFTER_MS);
  }

  #follow(what: string, ending: Promise<void>): void {
    const { clock, judge } = this.#setting;
    const outstanding = { what, sinceMs: clock.monotonicMs() };
    this.#outstanding.add(outstanding);
    ending
      .catch((error: unknown) => {
        if (!isGatewayError(error))
          judge.report("the error of a request is not the bus' own", `${what}: ${error}`);
      })
      .finally(() => this.#outstanding.delete(outstanding));
  }
}
