import { alarmRoutes } from "./alarms/alarm.routes.ts";
import { eventRoutes } from "./alarms/event.routes.ts";
import { auditRoutes } from "./audit/audit.routes.ts";
import { auditCheckRoutes } from "./audit-checks/audit-check.routes.ts";
import { auditCheckJob } from "./audit-checks/audit-check-job.ts";
import { boardRoutes } from "./board/board.routes.ts";
import { cardRoutes } from "./cards/card.routes.ts";
import { cardLoadRoutes } from "./cards/card-load.routes.ts";
import { changeRoutes } from "./changes/change.routes.ts";
import type { Deps } from "./deps.ts";
import { documentRoutes } from "./documents/document.routes.ts";
import { grantReversalJob, grantRunJob } from "./grants/grant-jobs.ts";
import { grantMonthRoutes } from "./grants/grant-month.routes.ts";
import { grantPolicyRoutes } from "./grants/grant-policy.routes.ts";
import { grantRunRoutes } from "./grants/grant-run.routes.ts";
import { grantSchedules } from "./grants/grant-schedules.ts";
import type { Authenticators } from "./http/authentication.ts";
import type { Route } from "./http/route.ts";
import { exportRoutes } from "./integration/export.routes.ts";
import { importRoutes } from "./integration/import.routes.ts";
import { importJob } from "./integration/import-job.ts";
import type { JobKind } from "./jobs/define-job.ts";
import { jobRoutes } from "./jobs/job.routes.ts";
import type { Schedule } from "./jobs/schedules.ts";
import { ledgerRoutes } from "./ledger/ledger.routes.ts";
import { documentLinks, householdLinks, networkNames, networkSearch, residentLinks } from "./links.ts";
import { moveRoutes } from "./moves/move.routes.ts";
import { moveJob } from "./moves/move-job.ts";
import { moveSchedules } from "./moves/move-schedules.ts";
import { bulkAnswerRoutes } from "./network/bulk-answer.routes.ts";
import { busRoutes } from "./network/bus.routes.ts";
import { busRequestRoutes } from "./network/bus-requests/bus-request.routes.ts";
import { relayTestRoutes } from "./network/bus-requests/relay-test.routes.ts";
import { campaignRoutes } from "./network/campaign.routes.ts";
import { circuitRoutes } from "./network/circuit.routes.ts";
import { circuitViewRoutes } from "./network/circuit-view.routes.ts";
import { commandRoutes } from "./network/command.routes.ts";
import { gatewayRoutes } from "./network/gateway.routes.ts";
import { authenticateGateway } from "./network/gateway-token.ts";
import { meterRoutes } from "./network/meter.routes.ts";
import { networkSchedules } from "./network/network-jobs.ts";
import { parameterRoutes } from "./network/parameter.routes.ts";
import { ruleChangeRoutes } from "./network/rules/rule-change.routes.ts";
import { ruleTemplateRoutes } from "./network/rules/rule-template.routes.ts";
import { uplinkRoutes } from "./network/uplink/uplink.routes.ts";
import { viciousLoadRoutes } from "./network/vicious-load/replay.routes.ts";
import { stepRoutes } from "./network/vicious-load/step.routes.ts";
import { notificationRoutes } from "./notifications/notification.routes.ts";
import { notificationSettingsRoutes } from "./notifications/notification-settings.routes.ts";
import { usesSchedule } from "./notifications/use-causes.ts";
import { webhookRoutes } from "./notifications/webhook.routes.ts";
import { myTopUpRoutes } from "./payments/my-top-up.routes.ts";
import { paymentSchedules } from "./payments/payment-schedules.ts";
import { paymentSettingsRoutes } from "./payments/payment-settings.routes.ts";
import { sandboxRoutes } from "./payments/sandbox/sandbox.routes.ts";
import { topUpRoutes } from "./payments/top-up.routes.ts";
import { buildingRoutes } from "./places/building.routes.ts";
import { householdRoutes } from "./places/household.routes.ts";
import { residentRoutes } from "./places/resident.routes.ts";
import { siteRoutes } from "./places/site.routes.ts";
import { unitRoutes } from "./places/unit.routes.ts";
import { readingImportRoutes } from "./readings/handheld/reading-import.routes.ts";
import { heldUseRoutes } from "./readings/held-use.routes.ts";
import { readingsSchedules } from "./readings/readings-schedules.ts";
import { registerChangeRoutes } from "./readings/register-change.routes.ts";
import { refundRoutes } from "./refunds/refund.routes.ts";
import { refundJob } from "./refunds/refund-job.ts";
import { refundSchedules } from "./refunds/refund-schedules.ts";
import { reportRoutes } from "./reports/report.routes.ts";
import { reportSchedule } from "./reports/report-tables.ts";
import { meRoutes } from "./resident/me.routes.ts";
import { tariffRoutes } from "./tariffs/tariff.routes.ts";
import { tariffVersionRoutes } from "./tariffs/tariff-version.routes.ts";
import { shiftRoutes } from "./tills/shift.routes.ts";
import { tillRoutes } from "./tills/till.routes.ts";
import { apiKeyRoutes } from "./users/api-key.routes.ts";
import { API_KEY_PREFIX, authenticateApiKey } from "./users/api-keys.ts";
import { authRoutes } from "./users/auth.routes.ts";
import { authenticatePerson, callerById } from "./users/authenticate-person.ts";
import { sessionRoutes } from "./users/session.routes.ts";
import { userRoutes } from "./users/user.routes.ts";
import { adjustmentRoutes } from "./vending/adjustment.routes.ts";
import { balanceRoutes } from "./vending/balance.routes.ts";
import { balanceSchedules } from "./vending/balance-schedules.ts";
import { purchaseRoutes } from "./vending/purchase.routes.ts";
import { receiptRoutes } from "./vending/receipt.routes.ts";

/** Every feature's rows of the route table, in the order of the documentation. */
export function featureRoutes(deps: Deps): Route[] {
  const names = networkNames(deps);
  return [
    ...authRoutes(deps),
    ...siteRoutes(deps),
    ...buildingRoutes(deps),
    ...unitRoutes(deps),
    ...householdRoutes(deps, householdLinks(deps)),
    ...residentRoutes(deps, residentLinks(deps)),
    ...boardRoutes(deps),
    ...purchaseRoutes(deps),
    ...receiptRoutes(deps),
    ...documentRoutes(deps, documentLinks(deps)),
    ...reportRoutes(deps),
    ...adjustmentRoutes(deps),
    ...cardRoutes(deps),
    ...cardLoadRoutes(deps),
    ...paymentSettingsRoutes(deps),
    ...topUpRoutes(deps),
    ...sandboxRoutes(deps),
    ...tillRoutes(deps),
    ...shiftRoutes(deps),
    ...balanceRoutes(deps),
    ...refundRoutes(deps),
    ...moveRoutes(deps),
    ...tariffRoutes(deps),
    ...tariffVersionRoutes(deps),
    ...grantPolicyRoutes(deps),
    ...grantMonthRoutes(deps),
    ...grantRunRoutes(deps),
    ...circuitRoutes(deps),
    ...circuitViewRoutes(deps),
    ...heldUseRoutes(deps),
    ...registerChangeRoutes(deps),
    ...readingImportRoutes(deps),
    ...commandRoutes(deps),
    ...parameterRoutes(deps),
    ...gatewayRoutes(deps),
    ...bulkAnswerRoutes(deps),
    ...campaignRoutes(deps),
    ...busRoutes(deps),
    ...busRequestRoutes(deps),
    ...relayTestRoutes(deps),
    ...meterRoutes(deps),
    ...ruleChangeRoutes(deps),
    ...ruleTemplateRoutes(deps),
    ...viciousLoadRoutes(deps),
    ...stepRoutes(deps),
    ...uplinkRoutes(deps),
    ...meRoutes(deps),
    ...myTopUpRoutes(deps),
    ...alarmRoutes(deps, names, networkSearch(deps)),
    ...eventRoutes(deps, names),
    ...notificationRoutes(deps),
    ...notificationSettingsRoutes(deps),
    ...webhookRoutes(deps),
    ...changeRoutes(deps, { callerById: (userId) => callerById(deps.connection, userId) }),
    ...jobRoutes(deps, FEATURE_JOBS),
    ...exportRoutes(deps),
    ...importRoutes(deps),
    ...userRoutes(deps),
    ...sessionRoutes(deps),
    ...apiKeyRoutes(deps),
    ...ledgerRoutes(deps),
    ...auditRoutes(deps),
    ...auditCheckRoutes(deps),
  ];
}

/** Every long action that a process of this program can work on. */
export const FEATURE_JOBS: readonly JobKind[] = [
  importJob,
  auditCheckJob,
  grantRunJob,
  grantReversalJob,
  refundJob,
  moveJob,
];

/** Everything that falls due by the calendar. */
export const FEATURE_SCHEDULES: readonly Schedule[] = [
  ...balanceSchedules,
  ...networkSchedules,
  ...readingsSchedules,
  ...refundSchedules,
  ...moveSchedules,
  ...grantSchedules,
  ...paymentSchedules,
  usesSchedule,
  reportSchedule,
];

/** Who turns a token into a caller. */
export function featureAuthenticators(deps: Deps): Authenticators {
  return {
    person: (token) =>
      token.startsWith(API_KEY_PREFIX) ? authenticateApiKey(token, deps) : authenticatePerson(token, deps),
    gateway: (token) => authenticateGateway(deps.connection, token),
  };
}
