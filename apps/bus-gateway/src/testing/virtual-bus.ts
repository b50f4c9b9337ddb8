import {
  acrelAdf400l,
  blocksOf,
  isModbusBlock,
  type Presence,
  profileRegister,
  profileVariant,
  type RegisterWrite,
  relayWrite,
  serialBlocks,
  type UnitId,
  wordIndex,
} from "@hallmeter/meter-model";
import type {
  Bus,
  BusBudget,
  BusEvents,
  PollEntry,
  ReadReply,
  ReadRequest,
  WriteRequest,
} from "../bus/bus.ts";
import type { Cancel, Clock } from "../clock.ts";
import { GatewayError } from "../errors.ts";

const VARIANT = "single-phase";
const READ_MS = 75;
const WRITE_MS = 60;
const TIMEOUT_MS = 400;
/** Bits of the status word (devices.md): relay L1, and a fault of the meter's own. */
const CLOSED_BIT = 0x2000;
const FAULT_BIT = 0x0100;

/** What the profile sends to bring the relay into the state. */
function control(state: "open" | "closed"): string {
  const variant = profileVariant(acrelAdf400l, VARIANT);
  return JSON.stringify(relayWrite(variant, state, { expiresAtMs: 0, timeZone: "UTC" }));
}
const OPEN = control("open");
const CLOSE = control("closed");

const SERIAL = serialBlock();

function serialBlock() {
  const [block] = serialBlocks(profileVariant(acrelAdf400l, VARIANT));
  if (block === undefined || !isModbusBlock(block)) throw new Error("the profile has no serial number");
  return block;
}

/** Which way the relay shall move; undefined when the write is not for it. */
function relayAsked(write: RegisterWrite): "open" | "closed" | undefined {
  const text = JSON.stringify(write);
  if (text === OPEN) return "open";
  return text === CLOSE ? "closed" : undefined;
}

/** A single-phase circuit behind the virtual bus: real registers, a relay, and a load. */
export class VirtualUnit {
  readonly #clock: Clock;
  relay: "closed" | "open" = "closed";
  /** Its answer is lost on the way; commands arrive all the same. */
  losesAnswers = false;
  isDead = false;
  /** The relay does not move whatever is written. */
  isStuck = false;
  /** The contact has welded: the word says open, the load goes on. */
  isWelded = false;
  hasFault = false;
  /** The last word of its serial number; null: it has no such registers. */
  serialWord: number | null = null;
  #loadW = 0;
  #milliWh = 1_000_000_000;
  #sinceMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.nowMs();
  }

  get powerW(): number {
    return this.relay === "closed" || this.isWelded ? this.#loadW : 0;
  }

  get energyWh(): number {
    this.#count();
    // The register counts hundredths of a kWh.
    return Math.floor(this.#milliWh / 10_000) * 10;
  }

  setLoad(loadW: number): void {
    this.#count();
    this.#loadW = loadW;
  }

  /** Another meter is hung in its place; while it is dead, as it is then. */
  exchange(serialWord: number, energyWh: number): void {
    this.#count();
    this.serialWord = serialWord;
    this.#milliWh = energyWh * 1000;
  }

  jumpRegister(wh: number): void {
    this.#milliWh += wh * 1000;
  }

  switch(relay: "open" | "closed"): void {
    if (this.isStuck) return;
    this.#count();
    this.relay = relay;
  }

  /** The words of the sample block, as the manual lays them out. */
  words(): number[] {
    const [sampleBlock] = blocksOf(profileVariant(acrelAdf400l, VARIANT)).filter(isModbusBlock);
    if (!sampleBlock) throw new Error("the profile has no sample block");
    const words = new Array<number>(sampleBlock.count).fill(0);
    const put = (name: string, value: number) => {
      const register = profileRegister(acrelAdf400l, VARIANT, name);
      const index = wordIndex(register, sampleBlock) ?? 0;
      const isLong = register.type === "u32";
      if (isLong) words[index] = Math.floor(value / 0x1_0000);
      words[isLong ? index + 1 : index] = value & 0xffff;
    };
    put("voltageDv", 2300);
    put("currentCa", Math.round((this.powerW * 100) / 230));
    put("activePowerW", this.powerW);
    put("powerFactorMilli", 1000);
    put("frequencyCHz", 5000);
    put("energyWh", this.energyWh / 10);
    put("statusWord", (this.relay === "closed" ? CLOSED_BIT : 0) | (this.hasFault ? FAULT_BIT : 0));
    return words;
  }

  #count(): void {
    const nowMs = this.#clock.nowMs();
    this.#milliWh += (this.powerW * (nowMs - this.#sinceMs)) / 3600;
    this.#sinceMs = nowMs;
  }
}

export interface RelayWrite {
  atMs: number;
  unitId: UnitId;
  relay: "closed" | "open";
}

/** For tests only: a bus that does what bus.ts promises, without a wire. */
export class VirtualBus implements Bus {
  readonly id: string;
  readonly units: Map<UnitId, VirtualUnit>;
  /** Commands that reached a unit. */
  readonly writes: RelayWrite[];
  readonly #clock: Clock;
  readonly #listeners = new Map<string, Set<(value: never) => void>>();
  readonly #presence = new Map<UnitId, Presence>();
  #plan = new Map<string, { entry: PollEntry; cancel: Cancel }>();
  #isClosed = false;
  isDown = false;
  /** Looks at each command when the gateway asks for it, before anything moves. */
  onRequest: (unitId: UnitId, relay: "closed" | "open") => void = () => {};

  constructor(id: string, clock: Clock, units: Map<UnitId, VirtualUnit>, writes: RelayWrite[] = []) {
    this.id = id;
    this.#clock = clock;
    this.units = units;
    this.writes = writes;
    clock.setTimer(() => this.setState("up"), 0);
  }

  get plan(): PollEntry[] {
    return [...this.#plan.values()].map(({ entry }) => entry);
  }

  setState(state: "up" | "down" | "jammed"): void {
    this.isDown = state !== "up";
    this.#tell("bus", {
      kind: "state",
      state,
      at: this.#clock.nowMs(),
      detail: state,
      failures: state === "down" ? 3 : 0,
      alarm: state !== "up",
    });
  }

  async read(request: ReadRequest): Promise<ReadReply> {
    await this.#begin(request.expiresAtMs);
    const unit = this.units.get(request.unitId);
    if (!unit || unit.isDead || unit.losesAnswers) {
      await this.#pass(TIMEOUT_MS);
      this.#setPresence(request.unitId, "offline");
      throw new GatewayError("reply-timeout");
    }
    await this.#pass(READ_MS);
    this.#setPresence(request.unitId, "online");
    const { block } = request;
    if (isModbusBlock(block) && block.address === SERIAL.address) {
      if (unit.serialWord === null) throw new GatewayError("address-refused");
      return {
        words: [...new Array<number>(SERIAL.count - 1).fill(0), unit.serialWord],
        at: this.#clock.nowMs(),
      };
    }
    return { words: unit.words(), at: this.#clock.nowMs() };
  }

  async write(request: WriteRequest): Promise<void> {
    const relay = relayAsked(request.write);
    if (!relay) throw new GatewayError("address-refused");
    this.onRequest(request.unitId, relay);
    await this.#begin(request.expiresAtMs);
    const unit = this.units.get(request.unitId);
    await this.#pass(WRITE_MS);
    if (!unit || unit.isDead) {
      await this.#pass(TIMEOUT_MS);
      throw new GatewayError("write-unconfirmed");
    }
    unit.switch(relay);
    this.writes.push({ atMs: this.#clock.nowMs(), unitId: request.unitId, relay });
    if (!unit.losesAnswers) return;
    await this.#pass(TIMEOUT_MS);
    throw new GatewayError("write-unconfirmed");
  }

  setPollPlan(plan: readonly PollEntry[]): void {
    const before = this.#plan;
    this.#plan = new Map();
    for (const [index, entry] of plan.entries()) {
      const known = before.get(entry.key);
      before.delete(entry.key);
      if (known && known.entry.intervalMs === entry.intervalMs) this.#plan.set(entry.key, known);
      else {
        known?.cancel();
        this.#schedule(entry, ((index % 16) + 1) * 50);
      }
    }
    for (const { cancel } of before.values()) cancel();
  }

  on<E extends keyof BusEvents>(event: E, listener: (value: BusEvents[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener as (value: never) => void);
    return () => void listeners.delete(listener as (value: never) => void);
  }

  budget(): BusBudget {
    const lane = { waiting: 0, plannedMilli: 0, done: 0, failed: 0, latenessMs: 0 };
    return {
      busId: this.id,
      state: this.isDown ? "down" : "up",
      plannedMilli: 100,
      overcommitted: false,
      usedMilli: 100,
      ratePerSecondMilli: 1000,
      lanes: {
        trip: lane,
        restore: lane,
        sale: lane,
        person: lane,
        watch: lane,
        poll: lane,
        backfill: lane,
        scan: lane,
      },
      entries: [],
      units: [],
      foreignBytes: 0,
      localEcho: null,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { cancel } of this.#plan.values()) cancel();
    this.#plan.clear();
  }

  /** As `kill -9` of the process: nothing more is heard of what was under way. */
  kill(): void {
    void this.close();
    this.#listeners.clear();
  }

  #schedule(entry: PollEntry, delayMs: number): void {
    const cancel = this.#clock.setTimer(() => {
      this.#schedule(entry, entry.intervalMs);
      void this.#poll(entry);
    }, delayMs);
    this.#plan.set(entry.key, { entry, cancel });
  }

  async #poll({ key, unitId }: PollEntry): Promise<void> {
    const unit = this.units.get(unitId);
    if (this.isDown || this.#isClosed) return;
    if (!unit || unit.isDead || unit.losesAnswers) return this.#setPresence(unitId, "offline");
    this.#setPresence(unitId, "online");
    const at = this.#clock.nowMs();
    this.#tell("reply", { key, unitId, replies: [{ words: unit.words(), at }], at });
  }

  #setPresence(unitId: UnitId, presence: Presence): void {
    if (this.#presence.get(unitId) === presence) return;
    this.#presence.set(unitId, presence);
    this.#tell("unit", { unitId, presence, at: this.#clock.nowMs() });
  }

  #tell<E extends keyof BusEvents>(event: E, value: BusEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? [])
      (listener as (value: BusEvents[E]) => void)(value);
  }

  async #begin(expiresAtMs: number | undefined): Promise<void> {
    if (this.#isClosed) throw new GatewayError("bus-closed");
    if (this.isDown) throw new GatewayError("bus-down");
    if (expiresAtMs !== undefined && this.#clock.nowMs() > expiresAtMs) throw new GatewayError("expired");
  }

  async #pass(durationMs: number): Promise<void> {
    await new Promise<void>((resolve) => this.#clock.setTimer(resolve, durationMs));
    // A process that was killed meanwhile never hears the rest.
    if (this.#isClosed) await new Promise<never>(() => {});
  }
}
