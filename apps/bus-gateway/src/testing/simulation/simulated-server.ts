import {
  type CommandResult,
  type CreditPosition,
  type DownlinkMessage,
  flatScheme,
  type GatewayConfig,
  type UplinkBatch,
} from "@hallmeter/meter-model";
import type { Server } from "../../uplink/server.ts";
import { StandInServer } from "../stand-in-server.ts";
import { PRICE_MICRO_PER_KWH } from "./site-plan.ts";

interface Register {
  energyWh: number;
  atMs: number;
}

interface Account {
  householdId: string;
  circuitIds: readonly string[];
  boughtMicro: number;
  usedMicro: number;
  revision: number;
  /** Money bought by each revision. */
  boughtByRevision: Map<number, number>;
}

/** More than this in one step is a rollover, a reset or a swap: kept apart, not charged. */
const IMPLAUSIBLE_STEP_WH = 500_000;

/** For tests only: the server's books. It charges what the samples say, sells, and can be away for days. */
export class SimulatedServer extends StandInServer implements Server {
  configInForce: GatewayConfig;
  /** What became of a command, as the gateway tells it. */
  onResult: (result: CommandResult) => void = () => {};
  readonly #accounts = new Map<string, Account>();
  readonly #byCircuit = new Map<string, Account>();
  readonly #registers = new Map<string, Register>();
  #acceptedSequence = 0;
  samples = 0;
  batches = 0;

  constructor(config: GatewayConfig, startMs: number, firstEnergyWh: (circuitId: string) => number) {
    super();
    this.configInForce = config;
    for (const { id, householdId } of config.circuits) {
      this.#registers.set(id, { energyWh: firstEnergyWh(id), atMs: startMs });
      if (householdId === null) continue;
      const known = this.#accounts.get(householdId);
      const account: Account = {
        householdId,
        boughtMicro: 0,
        usedMicro: 0,
        revision: 1,
        boughtByRevision: new Map([[1, 0]]),
        ...known,
        circuitIds: [...(known?.circuitIds ?? []), id],
      };
      this.#accounts.set(householdId, account);
    }
    for (const account of this.#accounts.values())
      for (const circuitId of account.circuitIds) this.#byCircuit.set(circuitId, account);
  }

  balanceMicro(householdId: string): number {
    const account = this.#account(householdId);
    return account.boughtMicro - account.usedMicro;
  }

  usedMicro(householdId: string): number {
    return this.#account(householdId).usedMicro;
  }

  /** Money that a position of this revision includes. */
  boughtMicro(householdId: string, revision: number): number {
    return this.#account(householdId).boughtByRevision.get(revision) ?? 0;
  }

  lastRegister(circuitId: string): Register | undefined {
    return this.#registers.get(circuitId);
  }

  /** Sells, and tells the gateway as soon as it listens. */
  sell(householdId: string, amountMicro: number): void {
    const account = this.#account(householdId);
    account.boughtMicro += amountMicro;
    account.revision += 1;
    account.boughtByRevision.set(account.revision, account.boughtMicro);
    this.tell({ type: "credit", sequence: 0, position: this.#position(account) });
  }

  tell(content: DownlinkMessage): void {
    this.send({ ...content, sequence: this.told.length + 1 });
  }

  async config(etag: string | null) {
    this.reach();
    const current = `"${this.configInForce.revision}"`;
    return etag === current ? ("unchanged" as const) : { config: this.configInForce, etag: current };
  }

  async credit() {
    this.reach();
    const positions = [...this.#accounts.values()].map((account) => this.#position(account));
    return { positions, sequence: this.told.length };
  }

  async lastSequence(): Promise<number> {
    this.reach();
    return this.#acceptedSequence;
  }

  async sendBatch(body: string) {
    this.reach();
    const { sequence, items }: UplinkBatch = JSON.parse(body);
    if (sequence > this.#acceptedSequence) {
      this.#acceptedSequence = sequence;
      this.batches += 1;
      for (const item of items)
        if (item.type === "sample")
          this.#take(item.sample.circuitId, item.sample.energyWh, Date.parse(item.sample.at));
        else if (item.type === "command-result") this.onResult(item.result);
    }
    return { acceptedSequence: this.#acceptedSequence, rejected: [] };
  }

  #account(householdId: string): Account {
    const account = this.#accounts.get(householdId);
    if (account === undefined) throw new Error(`no household ${householdId}`);
    return account;
  }

  #position({ householdId, circuitIds, boughtMicro, usedMicro, revision }: Account): CreditPosition {
    const registers = circuitIds.flatMap((circuitId) => {
      const register = this.#registers.get(circuitId);
      return register
        ? [{ circuitId, at: new Date(register.atMs).toISOString(), energyWh: register.energyWh }]
        : [];
    });
    return {
      householdId,
      revision,
      at: new Date(Math.max(...registers.map(({ at }) => Date.parse(at)))).toISOString(),
      balanceMicro: boughtMicro - usedMicro,
      registers,
      cutMicro: 0,
      releaseMicro: 0,
      tariff: flatScheme(PRICE_MICRO_PER_KWH),
    };
  }

  #take(circuitId: string, energyWh: number, atMs: number): void {
    this.samples += 1;
    const before = this.#registers.get(circuitId);
    if (before === undefined) return;
    const usedWh = energyWh - before.energyWh;
    const isPossible = usedWh >= 0 && usedWh < IMPLAUSIBLE_STEP_WH;
    if (isPossible) {
      const account = this.#byCircuit.get(circuitId);
      if (account !== undefined) account.usedMicro += (usedWh * PRICE_MICRO_PER_KWH) / 1000;
    }
    this.#registers.set(circuitId, { energyWh, atMs: Math.max(atMs, before.atMs) });
  }
}
