import {
  type Command,
  type CommandResult,
  type CommandState,
  holdReasonText,
  type UplinkItem,
} from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { isGatewayError } from "../errors.ts";
import type { GatewayStore } from "../store/gateway-store.ts";
import type { JournalEntry } from "../store/records.ts";
import type { CircuitControl } from "./circuit-control.ts";
import { eventItem, subjectOf } from "./circuit-items.ts";
import type { ParameterOutcome } from "./parameters/meter-side.ts";
import { admitCommand } from "./safety/command-admission.ts";
import { type Decision, WAIT_REASONS, type WaitReason } from "./safety/decide-operation.ts";

/** Stable codes of a result that is not "confirmed", besides those of the rules and of the bus. */
export const RESULT_CODES = {
  late: "the command came too late and was dropped",
  "unknown-circuit": "this gateway has no such circuit",
  "unit-offline": "the unit does not answer; nothing was changed",
  "held-by-other": "other holds keep the circuit open",
  "relay-fault": "the relay did not follow",
  "current-above-rating": "the current is above the switch's rating; no command may break it",
  "load-side-live": "something else feeds the circuit's load side",
  "load-side-not-proved-dead":
    "the circuit has a second source: prove its load side dead, and say so with the command",
  "config-differs": "the configuration does not say so",
  "parameters-differ": "not every parameter of the meter could be put right",
  "gateway-restarted": "the gateway restarted before the outcome was known",
  "store-unavailable": "the gateway cannot write its journal, and acts on nothing it cannot remember",
} as const satisfies Record<string, string>;
export type ResultCode = keyof typeof RESULT_CODES;

/** What the desk needs of the rest. */
export interface CommandSurroundings {
  store: GatewayStore;
  clock: Clock;
  log: Logger;
  circuit: (circuitId: string) => CircuitControl | undefined;
  /** Reads the circuit now, as for a person, and takes the sample in. Rejects with GatewayError. */
  readNow: (circuit: CircuitControl, expiresAtMs: number) => Promise<void>;
  /** Has the rules apply the command and sees to the relay. */
  apply: (circuit: CircuitControl, command: Command) => ReturnType<CircuitControl["step"]>;
  decide: (circuit: CircuitControl) => Decision;
  /** Compares or repairs the meter's own parameters. */
  seeToParameters: (circuit: CircuitControl, command: Command) => Promise<ParameterOutcome>;
  refreshConfig: () => void;
}

/** What no patience changes: the person has to do something first. */
const FINAL_WAITS: ReadonlySet<WaitReason> = new Set<WaitReason>([
  "current-above-rating",
  "load-side-live",
  "load-side-not-proved-dead",
]);

/** A sample this fresh shows that the unit answers; older ones are asked again. Range 1–30 s. */
const FRESH_SAMPLE_MS = 3000;

/** Takes commands up, at most once each, and tells what became of them (S2). */
export class CommandDesk {
  readonly #around: CommandSurroundings;
  /** Taken up, result not yet known. */
  readonly #open = new Map<string, JournalEntry>();

  constructor(around: CommandSurroundings) {
    this.#around = around;
    for (const entry of around.store.unfinishedCommands()) this.#open.set(entry.command.id, entry);
  }

  /**
   * What an earlier run left: a restart replays no old command, it only looks whether the relay came to where the command
   * wanted it.
   */
  async adoptUnfinished(): Promise<void> {
    for (const entry of [...this.#open.values()]) {
      if (entry.state === "waiting" || entry.target !== null) continue;
      await this.#finish(entry, "unknown", "gateway-restarted");
    }
  }

  get waiting(): number {
    return this.#open.size;
  }

  /**
   * Resolves once the command is taken up and journalled, or answered.
   * @param isLocal asked for at the gateway itself
   */
  async take(command: Command, isLocal = false): Promise<void> {
    const { store, clock } = this.#around;
    const admission = admitCommand(
      command,
      this.#open.get(command.id) ?? store.command(command.id),
      clock.nowMs(),
    );
    switch (admission.type) {
      case "known":
        if (admission.entry.result !== null)
          await store.commit(store.sending(this.#told(admission.entry, admission.entry.result)));
        return;
      case "later":
        return this.#journal({ command, state: "waiting", target: null, result: null, isLocal });
      case "late":
        return this.#finish(
          { command, state: "sent", target: null, result: null, isLocal },
          "expired",
          "late",
        );
      case "now":
        return this.#takeUp(command, isLocal);
    }
  }

  /** To be called about once a second and whenever a relay may have moved. */
  async settle(): Promise<void> {
    const nowMs = this.#around.clock.nowMs();
    for (const entry of [...this.#open.values()]) {
      if (!this.#isOpen(entry)) continue;
      if (entry.state === "waiting") await this.take(entry.command, entry.isLocal);
      else await this.#settleOne(entry, nowMs);
    }
  }

  /** Not answered meanwhile. */
  #isOpen(entry: JournalEntry): boolean {
    return this.#open.get(entry.command.id) === entry;
  }

  async #takeUp(command: Command, isLocal: boolean): Promise<void> {
    const entry: JournalEntry = { command, state: "sent", target: null, result: null, isLocal };
    const circuit = this.#around.circuit(command.circuitId);
    if (circuit === undefined) return this.#finish(entry, "failed", "unknown-circuit");
    try {
      await this.#journal(entry);
    } catch (error) {
      this.#open.delete(command.id);
      this.#around.log.error({ commandId: command.id, err: error }, "a command could not be journalled");
      return this.#answer(entry, "failed", "store-unavailable");
    }
    // The stream goes on while a unit is slow to answer.
    void this.#execute(entry, circuit).catch((error: unknown) =>
      this.#around.log.error({ commandId: command.id, err: error }, "a command failed"),
    );
  }

  async #execute(entry: JournalEntry, circuit: CircuitControl): Promise<void> {
    const { command } = entry;
    if (command.action === "keep-power") {
      this.#around.apply(circuit, command);
      this.#around.refreshConfig();
      return this.settle();
    }
    if (command.action === "compare-parameters" || command.action === "repair-parameters") {
      const { state, code, detail } = await this.#around.seeToParameters(circuit, command);
      return this.#finish(entry, state, code, detail);
    }
    // A tag hangs whether or not the unit answers; everything else first finds it there, so that nothing moves hours later.
    if (command.action !== "lockout" && !(await this.#answers(entry, circuit))) return;
    if (!this.#isOpen(entry)) return;
    if (command.action === "read") return this.#finish(entry, "confirmed");

    const isPutRight = circuit.isPutRightBy(command);
    const { commandOutcome } = this.#around.apply(circuit, command);
    const { intended, effective } = circuit.folded();
    if (commandOutcome?.state === "refused" && !isPutRight)
      return this.#finish(entry, "failed", commandOutcome.code, commandOutcome.detail);
    if (command.action === "close" && intended === "open")
      return this.#finish(entry, "failed", "held-by-other", effective.map(holdReasonText).join("; "));
    const kept = { ...entry, target: intended };
    this.#open.set(command.id, kept);
    await this.#around.store.commit([this.#around.store.commandChange(kept)]);
    await this.settle();
  }

  /** Whether the unit answers now; when it does not, the command has failed and nothing was changed. */
  async #answers(entry: JournalEntry, circuit: CircuitControl): Promise<boolean> {
    const { command } = entry;
    const { clock } = this.#around;
    const sampleMs = circuit.relay === "unknown" ? 0 : Date.parse(circuit.lastSample?.at ?? command.issuedAt);
    if (command.action !== "read" && clock.nowMs() - sampleMs <= FRESH_SAMPLE_MS) return true;
    try {
      await this.#around.readNow(circuit, Date.parse(command.expiresAt));
      return true;
    } catch (error) {
      if (!isGatewayError(error)) throw error;
      if (error.code === "expired") await this.#finish(entry, "expired", "late");
      else await this.#finish(entry, "failed", "unit-offline", error.message);
      return false;
    }
  }

  async #settleOne(entry: JournalEntry, nowMs: number): Promise<void> {
    const { command, target } = entry;
    const isOver = nowMs > Date.parse(command.expiresAt);
    const circuit = this.#around.circuit(command.circuitId);
    if (circuit === undefined) return this.#finish(entry, "failed", "unknown-circuit");
    if (command.action === "keep-power") {
      if (command.keepPower === undefined || circuit.config.keepPower === command.keepPower)
        return this.#finish(entry, "confirmed");
      return isOver ? this.#finish(entry, "failed", "config-differs") : undefined;
    }
    if (target === null) return isOver ? this.#finish(entry, "expired", "late") : undefined;
    if (circuit.relay === target)
      return this.#finish(entry, "confirmed", undefined, confirmedDetail(circuit, entry));
    if (circuit.switching.isFaulty) return this.#finish(entry, "failed", "relay-fault");
    const decision = this.#around.decide(circuit);
    if (decision.type === "wait" && FINAL_WAITS.has(decision.why))
      return this.#finish(entry, "failed", decision.why);
    if (!isOver) return;
    if (circuit.relay === "unknown") return this.#finish(entry, "unknown", "unit-offline");
    return this.#finish(
      entry,
      "failed",
      "late",
      decision.type === "wait" ? WAIT_REASONS[decision.why] : undefined,
    );
  }

  async #journal(entry: JournalEntry): Promise<void> {
    const { store, clock } = this.#around;
    this.#open.set(entry.command.id, entry);
    const result: CommandResult = {
      commandId: entry.command.id,
      state: "sent",
      at: new Date(clock.nowMs()).toISOString(),
    };
    const told = entry.state === "sent" ? this.#told(entry, result) : [];
    await store.commit([store.commandChange(entry), ...store.sending(told)]);
  }

  /** What the server is told: of its own command the result, of a person's here what was asked for, by whom and why. */
  #told({ command, isLocal }: JournalEntry, result: CommandResult): UplinkItem[] {
    if (!isLocal) return [{ type: "command-result", result }];
    if (result.state === "sent") return [];
    const { id, circuitId, action, by, reason } = command;
    const circuit = this.#around.circuit(circuitId);
    const subject = circuit === undefined ? {} : subjectOf(circuit.config);
    const { state, code, detail } = result;
    const params = {
      action,
      by: by.name,
      reason,
      state,
      ...(code === undefined ? {} : { code }),
      ...(detail === undefined ? {} : { detail }),
    };
    return [eventItem("technician-command", subject, params, Date.parse(result.at), id)];
  }

  async #finish(
    entry: JournalEntry,
    state: Exclude<CommandState, "queued" | "sent">,
    code?: string,
    detail?: string,
  ): Promise<void> {
    this.#open.delete(entry.command.id);
    if (code === "late" && state === "expired") {
      const { id: commandId, action, by } = entry.command;
      this.#around.circuit(entry.command.circuitId)?.tell("command-late", { commandId, action, by: by.name });
    }
    await this.#answer({ ...entry, state: "sent" }, state, code, detail);
  }

  async #answer(
    entry: JournalEntry,
    state: CommandResult["state"],
    code?: string,
    detail?: string,
  ): Promise<void> {
    const { store, clock, log } = this.#around;
    const known = code !== undefined && code in RESULT_CODES ? RESULT_CODES[code as ResultCode] : undefined;
    const text = detail ?? known;
    const result: CommandResult = {
      commandId: entry.command.id,
      state,
      at: new Date(clock.nowMs()).toISOString(),
      ...(code === undefined ? {} : { code }),
      ...(text === undefined ? {} : { detail: text.slice(0, 500) }),
    };
    const changes = [store.commandChange({ ...entry, result }), ...store.sending(this.#told(entry, result))];
    try {
      await store.commit(changes);
    } catch (error) {
      log.error({ commandId: entry.command.id, err: error }, "a result could not be saved");
      store.defer(changes);
    }
  }
}

/** What a person should know besides "done". */
function confirmedDetail(circuit: CircuitControl, { command, target }: JournalEntry): string | undefined {
  const { effective } = circuit.folded();
  if (command.action === "release" && target === "open" && effective.length > 0)
    return `released; still open: ${effective.map(holdReasonText).join("; ")}`;
  if (circuit.config.commissionedAt === null)
    return "this circuit is not commissioned: relay command and read-back were not proved on it before";
  return undefined;
}
