import {
  type CreditPosition,
  type DownlinkMessage,
  downlinkMessageSchema,
  type GatewayConfig,
  gatewayConfigSchema,
  type UplinkBatch,
  type UplinkItem,
  uplinkBatchSchema,
} from "@hallmeter/meter-model";
import { GatewayError } from "../errors.ts";
import type { Server } from "../uplink/server.ts";
import { StandInServer } from "./stand-in-server.ts";

type Content = DownlinkMessage extends infer Message
  ? Message extends DownlinkMessage
    ? Omit<Message, "sequence">
    : never
  : never;

/** For tests only: the server's side of the wire contract, judging every batch with the contract's own schemas. */
export class ScriptedServer extends StandInServer implements Server {
  config_: GatewayConfig;
  positions: CreditPosition[] = [];
  /** Batches taken, each sequence once. */
  readonly taken: UplinkBatch[] = [];
  /** Bodies by sequence, as often as they came. */
  readonly bodies = new Map<number, string[]>();
  /** Takes the batch and loses the answer. */
  losesAnswers = false;
  streamsFail = false;
  /** Refuses a batch that holds such an item, as a whole. */
  refusesItem: (item: UplinkItem) => boolean = () => false;
  acceptedSequence = 0;
  calls = 0;

  constructor(config: GatewayConfig) {
    super();
    this.config_ = gatewayConfigSchema.parse(config);
  }

  items(): UplinkItem[] {
    return this.taken.flatMap(({ items }) => items);
  }

  of<T extends UplinkItem["type"]>(type: T): Extract<UplinkItem, { type: T }>[] {
    return this.items().filter((item): item is Extract<UplinkItem, { type: T }> => item.type === type);
  }

  /** Stores a message and sends it to whoever listens. */
  tell(content: Content): number {
    const sequence = (this.told.at(-1)?.sequence ?? 0) + 1;
    this.send(downlinkMessageSchema.parse({ ...content, sequence }));
    return sequence;
  }

  async config(etag: string | null) {
    this.reach();
    const current = `"${this.config_.revision}"`;
    return etag === current ? ("unchanged" as const) : { config: this.config_, etag: current };
  }

  async credit() {
    this.reach();
    return { positions: this.positions, sequence: this.told.at(-1)?.sequence ?? 0 };
  }

  async lastSequence(): Promise<number> {
    this.reach();
    return this.acceptedSequence;
  }

  async sendBatch(body: string) {
    this.reach();
    const batch = uplinkBatchSchema.parse(JSON.parse(body));
    this.bodies.set(batch.sequence, [...(this.bodies.get(batch.sequence) ?? []), body]);
    if (batch.items.some(this.refusesItem)) throw new GatewayError("server-refused", "400 invalid-body");
    if (batch.sequence > this.acceptedSequence) {
      this.taken.push(batch);
      this.acceptedSequence = batch.sequence;
    }
    if (this.losesAnswers) throw new GatewayError("server-unreachable", "the answer was lost");
    return { acceptedSequence: this.acceptedSequence, rejected: [] };
  }

  override stream(...args: Parameters<Server["stream"]>): Promise<void> {
    if (!this.streamsFail) return super.stream(...args);
    this.reach();
    throw new GatewayError("server-answer-invalid", "no stream here");
  }

  protected override reach(): void {
    this.calls += 1;
    super.reach();
  }
}
