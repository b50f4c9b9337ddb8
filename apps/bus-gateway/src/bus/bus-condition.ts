import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { PipeState } from "../pipe/byte-pipe.ts";
import type { Answer } from "../protocol/protocol.ts";
import type { BusState } from "./bus.ts";
import { afterExchange, QUIET_BUS } from "./bus-health.ts";
import type { BusListeners } from "./bus-listeners.ts";

interface BusConditionOptions {
  listeners: BusListeners;
  clock: Clock;
  log: Logger;
  /** The bus can be used, again or for the first time. */
  onUp: () => void;
  /** The pipe is gone. */
  onDown: (reason: string) => void;
}

/** Whether the bus can be used: what its pipe says, and whether the line is ever clean. */
export class BusCondition {
  readonly #options: BusConditionOptions;
  #state: BusState = "opening";
  #health = QUIET_BUS;

  constructor(options: BusConditionOptions) {
    this.#options = options;
  }

  get state(): BusState {
    return this.#state;
  }

  followPipe(pipe: PipeState): void {
    this.#health = QUIET_BUS;
    if (pipe.state === "up") {
      this.#comeUp("connected");
      return;
    }
    this.#enter("down", pipe.reason, pipe);
    this.#options.onDown(pipe.reason);
  }

  followAnswer(answer: Answer<unknown>): void {
    if (!answer.ok && (answer.cause === "bus-down" || answer.cause === "bus-closed")) return;
    const wasJammed = this.#health.jammed;
    this.#health = afterExchange(this.#health, answer.ok || answer.answered ? null : answer.cause);
    if (this.#health.jammed === wasJammed) return;
    if (this.#health.jammed) this.#enter("jammed", "the line is never clean", { failures: 0, alarm: true });
    else this.#comeUp("the line is clean again");
  }

  #comeUp(detail: string): void {
    this.#enter("up", detail, { failures: 0, alarm: false });
    this.#options.onUp();
  }

  #enter(state: BusState, detail: string, { failures, alarm }: { failures: number; alarm: boolean }): void {
    const { clock, listeners, log } = this.#options;
    this.#state = state;
    log.info({ state, detail, failures }, "state of the bus");
    listeners.tell("bus", { kind: "state", state, at: clock.nowMs(), detail, failures, alarm });
  }
}
