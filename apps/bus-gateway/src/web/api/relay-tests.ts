import type { Command, RelayState } from "@hallmeter/meter-model";
import { type Clock, waitUntil } from "../../clock.ts";
import type { CircuitControl } from "../../control/circuit-control.ts";
import type { GatewayControl } from "../../control/gateway-control.ts";
import type { GatewayStore } from "../../store/gateway-store.ts";

export const RELAY_TEST_REFUSALS = {
  "keep-power": "this circuit must keep its power",
  "tagged-out": "the circuit is tagged out",
  "not-closed": "the relay is not closed, so it cannot be seen to open and close",
  "unit-offline": "the unit does not answer",
  "relay-fault": "the relay did not follow before",
  "under-test": "a test is under way",
} as const satisfies Record<string, string>;
export type RelayTestRefusal = keyof typeof RELAY_TEST_REFUSALS;

export interface RelayTest {
  state: "opening" | "open" | "closing" | "passed" | "failed";
  startedAt: string;
  by: string;
  /** One line for each read-back. */
  steps: { at: string; relay: RelayState; activePowerW: number | null }[];
  /** Why it failed, for a person. */
  detail: string | null;
}

/** S8: at least 10 s lie between opening and closing one circuit. */
const OPEN_FOR_MS = 11_000;
/** S2: a close expires after 120 s at most; a person who stands there waits less. Range 15–120 s. */
const VALID_MS = 30_000;
/** If this process ends in the middle of a test, the hold ends by itself. */
const HOLD_ENDS_AFTER_MS = 60_000;
const LOOK_EVERY_MS = 250;

interface RelayTestSurroundings {
  control: GatewayControl;
  store: GatewayStore;
  clock: Clock;
  newId: () => string;
}

/** Opens a circuit's relay and closes it again, as two commands of the technician that are journalled like any other. */
export class RelayTests {
  readonly #around: RelayTestSurroundings;
  readonly #tests = new Map<string, RelayTest>();

  constructor(around: RelayTestSurroundings) {
    this.#around = around;
  }

  /** The last test since the gateway started. */
  of(circuitId: string): RelayTest | null {
    return this.#tests.get(circuitId) ?? null;
  }

  refusal(circuit: CircuitControl): RelayTestRefusal | null {
    const { relay, presence, keepPower, holds } = circuit.visible();
    const running = this.#tests.get(circuit.id)?.state;
    if (running === "opening" || running === "open" || running === "closing") return "under-test";
    if (keepPower || circuit.config.keepPower) return "keep-power";
    if (holds.some(({ kind }) => kind === "lockout")) return "tagged-out";
    if (presence === "offline") return "unit-offline";
    if (circuit.switching.isFaulty) return "relay-fault";
    return relay === "closed" ? null : "not-closed";
  }

  /** Resolves when the test is over; what came of it is in `of`. */
  async run(circuit: CircuitControl, by: string): Promise<void> {
    const { clock } = this.#around;
    const startedMs = clock.nowMs();
    const test: RelayTest = { state: "opening", startedAt: instant(startedMs), by, steps: [], detail: null };
    this.#tests.set(circuit.id, test);
    const until = instant(startedMs + HOLD_ENDS_AFTER_MS);
    const opened = await this.#command(circuit, by, { action: "open", until });
    this.#note(test, circuit);
    if (opened === null) {
      test.state = "open";
      await waitUntil(clock, clock.monotonicMs() + OPEN_FOR_MS);
    }
    // Whatever came of opening, nobody is left without power by a test.
    if (opened === null) test.state = "closing";
    const closed = await this.#command(circuit, by, { action: "release", hold: "manual" });
    this.#note(test, circuit);
    test.detail = opened ?? closed;
    test.state = test.detail === null && circuit.relay === "closed" ? "passed" : "failed";
    test.detail ??= test.state === "failed" ? "other holds keep the circuit open" : null;
    circuit.tell("relay-tested", {
      by,
      outcome: test.state,
      ...(test.detail === null ? {} : { detail: test.detail }),
    });
  }

  /** Null when confirmed, else why not. */
  async #command(
    { id: circuitId }: CircuitControl,
    by: string,
    asked: Pick<Command, "action" | "until" | "hold">,
  ): Promise<string | null> {
    const { control, store, clock, newId } = this.#around;
    const nowMs = clock.nowMs();
    const id = newId();
    const command: Command = {
      ...asked,
      id,
      circuitId,
      reason: "relay test",
      by: { id: "technician", name: by, role: "maintenance" },
      issuedAt: instant(nowMs),
      expiresAt: instant(nowMs + VALID_MS),
    };
    await control.commands.take(command, true);
    const giveUpMs = clock.monotonicMs() + VALID_MS + 2 * LOOK_EVERY_MS;
    for (;;) {
      const result = store.command(id)?.result;
      if (result?.state === "confirmed") return null;
      if (result) return [result.code, result.detail].filter(Boolean).join(": ");
      if (clock.monotonicMs() >= giveUpMs) return "no result in time";
      await waitUntil(clock, clock.monotonicMs() + LOOK_EVERY_MS);
    }
  }

  #note(test: RelayTest, { relay, lastSample }: CircuitControl): void {
    const activePowerW = lastSample?.activePowerW ?? null;
    test.steps.push({ at: instant(this.#around.clock.nowMs()), relay, activePowerW });
  }
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
