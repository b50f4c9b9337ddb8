import type { DownlinkMessage } from "@hallmeter/meter-model";
import { GatewayError } from "../errors.ts";
import type { StreamEvents } from "../uplink/server.ts";

/** For tests only: a server that can be away, and what it tells its gateway: in order, at once or when it is asked. */
export abstract class StandInServer {
  isAway = false;
  readonly #told: DownlinkMessage[] = [];
  readonly #streams = new Set<{ events: StreamEvents; end: (error?: GatewayError) => void }>();

  get told(): readonly DownlinkMessage[] {
    return this.#told;
  }

  heartbeat(): void {
    if (!this.isAway) for (const { events } of this.#streams) events.alive();
  }

  goAway(): void {
    this.isAway = true;
    for (const stream of [...this.#streams]) stream.end(new GatewayError("server-unreachable"));
  }

  comeBack(): void {
    this.isAway = false;
  }

  stream(afterSequence: number, events: StreamEvents, signal: AbortSignal): Promise<void> {
    this.reach();
    return new Promise((resolve, reject) => {
      const stream = {
        events,
        end: (error?: GatewayError) => {
          this.#streams.delete(stream);
          if (error) reject(error);
          else resolve();
        },
      };
      signal.addEventListener("abort", () => stream.end(new GatewayError("server-unreachable", "aborted")));
      this.#streams.add(stream);
      events.alive();
      for (const message of this.#after(afterSequence)) events.message(message);
    });
  }

  async messages(afterSequence: number): Promise<DownlinkMessage[]> {
    this.reach();
    return this.#after(afterSequence);
  }

  /** Stores a message and sends it to whoever listens. */
  protected send(message: DownlinkMessage): void {
    this.#told.push(message);
    if (!this.isAway) for (const { events } of this.#streams) events.message(message);
  }

  /** @throws GatewayError "server-unreachable" */
  protected reach(): void {
    if (this.isAway) throw new GatewayError("server-unreachable");
  }

  #after(sequence: number): DownlinkMessage[] {
    return this.#told.filter((message) => message.sequence > sequence);
  }
}
