import type { Connection } from "mongoose";
import { alarmModel } from "./alarms/alarm.model.ts";
import { eventModel } from "./alarms/events.ts";
import { auditModel } from "./audit/audit.model.ts";
import { changeIntentModel } from "./audit/change-intents.ts";
import { cardModel, cardTakerModel } from "./cards/card.model.ts";
import { cardKeyModel } from "./cards/card-keys.ts";
import { cardLoadModel } from "./cards/card-load.model.ts";
import { changeModel } from "./changes/change.model.ts";
import { streamTicketModel } from "./changes/stream-ticket.ts";
import { claimedKeyModel } from "./db/claimed-key.ts";
import { ensureIndexes } from "./db/connection.ts";
import { documentModel } from "./documents/document.model.ts";
import { documentPrintModel } from "./documents/document-print.model.ts";
import { expiryMarkModel } from "./grants/expiry-mark.model.ts";
import { grantPolicyModel } from "./grants/grant-policy.model.ts";
import { grantRunModel } from "./grants/grant-run.model.ts";
import { attemptsModel } from "./http/attempt-count.ts";
import { importLineModel } from "./integration/import-line.model.ts";
import { jobItemModel, jobModel } from "./jobs/job.model.ts";
import { scheduleModel } from "./jobs/schedule.model.ts";
import { balanceModel } from "./ledger/balance.model.ts";
import { journalModel } from "./ledger/journal.model.ts";
import { moveModel } from "./moves/move.model.ts";
import { busBudgetModel, busModel } from "./network/bus.model.ts";
import { busScanModel } from "./network/bus-requests/bus-scan.model.ts";
import { busViewModel } from "./network/bus-requests/bus-view.model.ts";
import { relayTestModel } from "./network/bus-requests/relay-test.model.ts";
import { campaignModel } from "./network/campaign.model.ts";
import { circuitModel } from "./network/circuit.model.ts";
import { circuitMirrorModel } from "./network/circuit-mirror.model.ts";
import { commandModel } from "./network/command.model.ts";
import { deliveryModel } from "./network/delivery.model.ts";
import { gatewayModel } from "./network/gateway.model.ts";
import { gatewayMessageModel } from "./network/gateway-message.model.ts";
import { meterModel } from "./network/meter.model.ts";
import { meterMirrorModel } from "./network/meter-mirror.model.ts";
import { ruleChangeModel } from "./network/rules/rule-change.model.ts";
import { ruleTemplateModel } from "./network/rules/rule-template.model.ts";
import { standingMarkModel } from "./network/standing-mark.model.ts";
import { recordedStepModel } from "./network/vicious-load/recorded-step.model.ts";
import { noticeCauseModel } from "./notifications/notice-cause.model.ts";
import { noticeMarkModel } from "./notifications/notice-mark.model.ts";
import { notificationModel } from "./notifications/notification.model.ts";
import { notificationSettingsModel } from "./notifications/notification-settings.ts";
import { toldPowerModel } from "./notifications/power-causes.ts";
import { webhookModel } from "./notifications/webhook.model.ts";
import { paymentSettingsModel } from "./payments/payment-settings.model.ts";
import { sandboxPaymentModel } from "./payments/sandbox/sandbox-payment.model.ts";
import { strayPaymentModel } from "./payments/stray-payment.model.ts";
import { topUpModel } from "./payments/top-up.model.ts";
import { buildingModel } from "./places/building.model.ts";
import { householdModel } from "./places/household.model.ts";
import { residentModel } from "./places/resident.model.ts";
import { siteModel } from "./places/site.model.ts";
import { unitModel } from "./places/unit.model.ts";
import { accrualModel } from "./rating/accrual.model.ts";
import { loadProfileModel } from "./rating/load-profile.model.ts";
import { readingImportModel } from "./readings/handheld/reading-import.model.ts";
import { registerChangeModel } from "./readings/register-change.model.ts";
import { refundModel } from "./refunds/refund.model.ts";
import { withdrawalModel } from "./refunds/withdrawal.model.ts";
import { dayTotalsModel } from "./reports/day-totals.model.ts";
import { tariffModel } from "./tariffs/tariff.model.ts";
import { tillModel } from "./tills/till.model.ts";
import { tillShiftModel } from "./tills/till-shift.model.ts";
import { apiKeyModel } from "./users/api-key.model.ts";
import { sessionModel } from "./users/session.model.ts";
import { userModel } from "./users/user.model.ts";
import { adjustmentModel } from "./vending/adjustment.model.ts";

const MODELS = [
  journalModel,
  balanceModel,
  accrualModel,
  loadProfileModel,
  ruleChangeModel,
  ruleTemplateModel,
  standingMarkModel,
  registerChangeModel,
  readingImportModel,
  gatewayModel,
  gatewayMessageModel,
  busModel,
  busBudgetModel,
  busScanModel,
  busViewModel,
  relayTestModel,
  meterModel,
  meterMirrorModel,
  recordedStepModel,
  campaignModel,
  circuitModel,
  circuitMirrorModel,
  commandModel,
  deliveryModel,
  tariffModel,
  alarmModel,
  eventModel,
  auditModel,
  changeIntentModel,
  claimedKeyModel,
  changeModel,
  streamTicketModel,
  cardModel,
  cardTakerModel,
  cardKeyModel,
  cardLoadModel,
  paymentSettingsModel,
  topUpModel,
  strayPaymentModel,
  sandboxPaymentModel,
  tillModel,
  tillShiftModel,
  adjustmentModel,
  documentModel,
  documentPrintModel,
  grantPolicyModel,
  grantRunModel,
  expiryMarkModel,
  refundModel,
  withdrawalModel,
  dayTotalsModel,
  moveModel,
  importLineModel,
  jobModel,
  jobItemModel,
  scheduleModel,
  noticeCauseModel,
  noticeMarkModel,
  notificationModel,
  notificationSettingsModel,
  toldPowerModel,
  webhookModel,
  siteModel,
  buildingModel,
  unitModel,
  householdModel,
  residentModel,
  userModel,
  sessionModel,
  apiKeyModel,
  attemptsModel,
] as const;

/**
 * Models are bound when first asked for, but money is guarded by unique indexes, which must stand before the first request:
 * whoever builds indexes binds every model first.
 */
function bindModels(connection: Connection): void {
  for (const bind of MODELS) bind(connection);
}

/** Binds every model and builds its indexes. Call once at the start, before serving. */
export async function ensureAllIndexes(connection: Connection): Promise<void> {
  bindModels(connection);
  await ensureIndexes(connection);
}
