import type { CreditPosition } from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { GatewayStore } from "../store/gateway-store.ts";
import type { KeptConfig } from "../store/records.ts";
import { BatchSender, type SenderStatus } from "./batch-sender.ts";
import { Downlink, type DownlinkHandlers, type DownlinkWay } from "./downlink.ts";
import type { Server } from "./server.ts";

interface UplinkOptions {
  server: Server;
  store: GatewayStore;
  clock: Clock;
  log: Logger;
  /** 0 ≤ value < 1. */
  random: () => number;
  /** Each resolves once its effect is on disk. */
  onConfig: (kept: KeptConfig) => Promise<void>;
  onCredit: (position: CreditPosition) => Promise<void>;
  onCommand: DownlinkHandlers["command"];
  onSale: DownlinkHandlers["sale"];
  onBulkAnswer: DownlinkHandlers["bulkAnswer"];
  onBusRequest: DownlinkHandlers["busRequest"];
}

export interface UplinkStatus extends SenderStatus {
  way: DownlinkWay;
  downlinkSequence: number;
  configRevision: number | null;
}

/** Both directions between gateway and server. Works with the server away for as long as it must. */
export class Uplink {
  readonly #options: UplinkOptions;
  readonly #sender: BatchSender;
  readonly #downlink: Downlink;
  #etag: string | null;
  #revision: number | null;
  #fetching: Promise<void> | null = null;

  constructor(options: UplinkOptions) {
    this.#options = options;
    const { server, store, clock, log, random, onCredit, onCommand, onSale, onBulkAnswer, onBusRequest } =
      options;
    const kept = store.config();
    this.#etag = kept?.etag ?? null;
    this.#revision = kept?.config.revision ?? null;
    this.#sender = new BatchSender({
      server,
      store,
      clock,
      log,
      random,
      onBack: () => this.#downlink.wake(),
    });
    const handlers: DownlinkHandlers = {
      credit: onCredit,
      command: onCommand,
      sale: onSale,
      bulkAnswer: onBulkAnswer,
      busRequest: onBusRequest,
      config: async (revision) => {
        await this.fetchConfig();
        // That fetch may have begun before the change.
        if (revision !== undefined && (this.#revision ?? -1) < revision) await this.fetchConfig();
      },
      heard: () => {
        if (!this.#sender.status().isOnline) this.#sender.wake();
      },
    };
    this.#downlink = new Downlink({ server, store, clock, log, random, handlers });
  }

  start(): void {
    this.#sender.start();
    this.#downlink.start();
  }

  status(): UplinkStatus {
    return {
      ...this.#sender.status(),
      way: this.#downlink.way,
      downlinkSequence: this.#downlink.sequence,
      configRevision: this.#revision,
    };
  }

  /** Fetches the configuration if it has changed and puts it in force. Rejects with GatewayError "server-…". */
  fetchConfig(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  async close(): Promise<void> {
    await Promise.all([this.#sender.close(), this.#downlink.close()]);
  }

  async #fetch(): Promise<void> {
    const answer = await this.#options.server.config(this.#etag);
    if (answer === "unchanged") return;
    await this.#options.onConfig(answer);
    this.#etag = answer.etag;
    this.#revision = answer.config.revision;
  }
}
