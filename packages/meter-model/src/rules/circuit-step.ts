import type { Command } from "../contract/command.ts";
import type { Campaign, CircuitConfig, CreditPosition, GatewayConfig } from "../contract/gateway-config.ts";
import type { Hold } from "../holds/hold.ts";
import type { RelayState, Sample } from "../sample.ts";
import type { Calendar } from "../time/day-type.ts";
import { instantMs } from "../time/instant.ts";
import { forgetCredit, stepCredit, stepReminder } from "./balance.ts";
import { campaignDueMs, stepCampaign } from "./campaign.ts";
import type { CircuitState } from "./circuit-state.ts";
import { applyCommand, type CommandOutcome } from "./commands.ts";
import { type Draft, isOver, releaseHold, standing } from "./draft.ts";
import { stepOverload } from "./overload.ts";
import type { CircuitRules } from "./rule-config.ts";
import type { RuleEvent } from "./rule-event.ts";
import { stepSafety } from "./safety.ts";
import { scheduleDueMs, stepSchedule } from "./schedule.ts";
import { acceptSample } from "./trust.ts";
import { openCircuitDetector } from "./vicious-detector.ts";
import { rememberLoad, stepViciousLoad } from "./vicious-load.ts";

/** What happened to a circuit since the last step. */
export type CircuitInput =
  | { type: "sample"; sample: Sample }
  | { type: "tick" }
  /** What the circuit's household can still use by now (`creditEstimateMicro`); null when it has no household. */
  | { type: "credit"; position: CreditPosition | null; creditBalanceMicro: number }
  | { type: "command"; command: Command }
  /** The relay was read back after a command. */
  | { type: "relay-confirmed"; relay: RelayState; at: string };

export interface CircuitStepConfig {
  circuitId: string;
  keepPower: boolean;
  rules: CircuitRules;
  /** Primary side, as in samples. */
  switchRatingCa: number;
  /** How often the circuit is really read; samples older than two of these are stale. */
  pollIntervalMs: number;
  /** One step of the energy register after ratios. */
  energyStepWh: number;
  timeZone: string;
  /** null while the clock or the calendar is unsure. */
  calendar: Calendar | null;
  currency: string;
  currencyDigits: number;
  /** False after a power failure and before commissioning (S9). */
  automaticOpening: boolean;
  /** Nobody is cut for want of credit now; an unsure clock counts as such a time (S4, S5). */
  isProtectedTime: boolean;
  /** The bulk guard waits for a person (S6). */
  creditCutsPaused: boolean;
  /** The profile's fault bit is proved on this device: a fault opens. Otherwise it only raises an alarm. */
  meterFaultOpens: boolean;
  /** Those that name this circuit, running and to come. */
  campaigns: readonly Campaign[];
}

export interface CircuitStep {
  state: CircuitState;
  /** Every hold that stands; `foldHolds(holds, keepPower)` tells the desired relay state. */
  holds: Hold[];
  events: RuleEvent[];
  /** False while the current is above the switch's rating: no command may break it (S10). */
  mayBreak: boolean;
  /** For input "command": what became of it. */
  commandOutcome?: CommandOutcome;
}

/** Energy step of a meter that counts 0.01 kWh, before ratios. */
const ENERGY_STEP_WH = 10;

/** A circuit's settings out of the gateway's configuration; what the gateway alone knows is given beside them. */
export function circuitStepConfig(
  gateway: GatewayConfig,
  circuit: CircuitConfig,
  live: Partial<
    Pick<
      CircuitStepConfig,
      | "pollIntervalMs"
      | "calendar"
      | "automaticOpening"
      | "isProtectedTime"
      | "creditCutsPaused"
      | "meterFaultOpens"
    >
  > = {},
): CircuitStepConfig {
  const bus = gateway.buses.find((each) => each.id === circuit.busId);
  return {
    circuitId: circuit.id,
    keepPower: circuit.keepPower,
    rules: circuit.rules,
    switchRatingCa: circuit.switchRatingCa,
    pollIntervalMs: bus?.pollIntervalMs ?? 5000,
    energyStepWh: ENERGY_STEP_WH * circuit.ctRatio * circuit.ptRatio,
    timeZone: gateway.timeZone,
    calendar: { holidays: gateway.holidays, restWeekdays: gateway.restWeekdays },
    currency: gateway.currency,
    currencyDigits: gateway.currencyDigits,
    automaticOpening: circuit.commissionedAt !== null,
    isProtectedTime: false,
    creditCutsPaused: false,
    meterFaultOpens: false,
    campaigns: gateway.campaigns.filter(({ circuitIds }) => circuitIds.includes(circuit.id)),
    ...live,
  };
}

/** While open nothing is measured: what the rules were watching ends, and starts from zero when the circuit closes. */
function followRelay(draft: Draft, relay: RelayState, atMs: number): void {
  const before = draft.state.relay;
  if (relay === before) return;
  draft.state = { ...draft.state, relay };
  if (relay === "unknown" || before === "unknown") return;
  if (relay === "open") rememberLoad(draft);
  draft.state = {
    ...draft.state,
    overload: { ...draft.state.overload, aboveSinceMs: null },
    viciousLoad: { ...draft.state.viciousLoad, detector: openCircuitDetector(atMs) },
  };
}

function takeInput(draft: Draft, input: CircuitInput): { good: Sample | null; outcome?: CommandOutcome } {
  switch (input.type) {
    case "tick":
      return { good: null };
    case "sample": {
      const { sample } = input;
      const isGood = acceptSample(draft, sample);
      followRelay(draft, sample.relay, instantMs(sample.at));
      stepSafety(draft, sample, isGood);
      return { good: isGood ? sample : null };
    }
    case "credit": {
      const { position, creditBalanceMicro } = input;
      if (position === null) forgetCredit(draft);
      else {
        const { cutMicro, releaseMicro } = position;
        draft.state = {
          ...draft.state,
          credit: { balanceMicro: creditBalanceMicro, cutMicro, releaseMicro },
        };
      }
      return { good: null };
    }
    case "command":
      return { good: null, outcome: applyCommand(draft, input.command) };
    case "relay-confirmed":
      followRelay(draft, input.relay, instantMs(input.at));
      return { good: null };
  }
}

/** A switch-off with an end of its own. */
function stepManual(draft: Draft): void {
  const hold = standing(draft, "manual");
  if (hold !== undefined && isOver(hold, draft.nowMs)) releaseHold(draft, "manual", "until-reached");
}

/**
 * When a tick may change something at the earliest, if no sample, credit or command comes before: the end of a hold, the edge of
 * a period. Infinity for never.
 */
export function circuitDueMs(
  { holds }: Pick<CircuitState, "holds">,
  config: Pick<CircuitStepConfig, "rules" | "campaigns" | "timeZone">,
  nowMs: number,
): number {
  const { schedule } = config.rules;
  let dueMs =
    schedule === undefined ? Number.POSITIVE_INFINITY : scheduleDueMs(schedule, nowMs, config.timeZone);
  for (const { until, locked } of holds)
    if (until !== undefined && locked !== true) dueMs = Math.min(dueMs, Math.max(nowMs, Date.parse(until)));
  return Math.min(dueMs, campaignDueMs(config.campaigns, nowMs));
}

/**
 * The one entry of the rules: pure, the same in the gateway, in the console's replay and in the simulator's judge. Give it
 * every sample, every change of the credit estimate or of the settings, every command, and a tick when `circuitDueMs` says so.
 * @throws MeterModelError "unknown-time-zone"
 */
export function stepCircuit(
  state: CircuitState,
  input: CircuitInput,
  config: CircuitStepConfig,
  nowMs: number,
): CircuitStep {
  const draft: Draft = { state, events: [], config, nowMs };
  const { good, outcome } = takeInput(draft, input);
  stepManual(draft);
  stepOverload(draft, good);
  stepViciousLoad(draft, good);
  stepCredit(draft);
  stepReminder(draft);
  stepSchedule(draft);
  stepCampaign(draft);
  return {
    state: draft.state,
    holds: draft.state.holds,
    events: draft.events,
    mayBreak: !draft.state.safety.aboveRating,
    ...(outcome === undefined ? {} : { commandOutcome: outcome }),
  };
}
