export * from "./contract/bus-report.ts";
export * from "./contract/bus-request.ts";
export * from "./contract/byte-pattern.ts";
export * from "./contract/command.ts";
export * from "./contract/downlink.ts";
export * from "./contract/gateway-config.ts";
export * from "./contract/meter-parameters.ts";
export * from "./contract/sale.ts";
export * from "./contract/uplink.ts";
export * from "./errors.ts";
export * from "./holds/fold.ts";
export * from "./holds/hold.ts";
export * from "./holds/hold-kinds.ts";
export * from "./holds/text.ts";
export * from "./profile/acrel-1352.ts";
export * from "./profile/acrel-adf400l.ts";
export * from "./profile/built-in.ts";
export * from "./profile/decode.ts";
export * from "./profile/decode-sample.ts";
export * from "./profile/dlt645-prepaid.ts";
export * from "./profile/dlt645-write.ts";
export * from "./profile/eastron-sdm120.ts";
export * from "./profile/eastron-sdm630.ts";
export * from "./profile/loops.ts";
export * from "./profile/meter-clock.ts";
export * from "./profile/meter-credit.ts";
export * from "./profile/meter-events.ts";
export * from "./profile/meter-serial.ts";
export * from "./profile/parameters.ts";
export * from "./profile/profile.ts";
export * from "./profile/profile-file.ts";
export * from "./profile/reference-cabinet.ts";
export * from "./profile/register-write.ts";
export * from "./profile/relay-control.ts";
export * from "./profile/relay-write.ts";
export * from "./profile/units.ts";
export { cutAtMicro } from "./rules/balance.ts";
export * from "./rules/circuit-state.ts";
export * from "./rules/circuit-step.ts";
export {
  COMMAND_OUTCOME_CODES,
  type CommandOutcome,
  type CommandOutcomeCode,
  LOCKOUT_VOTE_VALID_MS,
} from "./rules/commands.ts";
export { nextPeriodEdgeMs, periodEndMs } from "./rules/day-periods.ts";
export * from "./rules/defaults.ts";
export * from "./rules/rule-config.ts";
export {
  type Evidence,
  RULE_EVENT_KINDS,
  type RuleEvent,
  type RuleEventKind,
} from "./rules/rule-event.ts";
export { type ScheduleMoment, scheduleMoment } from "./rules/schedule.ts";
export * from "./rules/staff-roles.ts";
export { type ReplayedCase, replayCase, replayViciousLoad } from "./rules/vicious-replay.ts";
export * from "./rules/vicious-verdict.ts";
export * from "./sample.ts";
export * from "./tariff/blocks.ts";
export * from "./tariff/compare-schemes.ts";
export * from "./tariff/credit-estimate.ts";
export * from "./tariff/demand.ts";
export * from "./tariff/household-cost.ts";
export * from "./tariff/rate-plan.ts";
export * from "./tariff/rate-use.ts";
export * from "./tariff/scheme.ts";
export * from "./tariff/scheme-mistakes.ts";
export * from "./tariff/scheme-v1.ts";
export * from "./tariff/standing-and-tax.ts";
export * from "./tariff/tariff-calendar.ts";
export * from "./time/day-type.ts";
export * from "./time/instant.ts";
export * from "./time/wall-clock.ts";
