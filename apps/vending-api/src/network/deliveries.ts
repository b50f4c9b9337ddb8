import { ALARM_KINDS, SALE_CODES, type Sale, type SaleResult } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { clearAlarm, raiseAlarm } from "../alarms/alarms.ts";
import { MONEY_WRITE } from "../db/connection.ts";
import type { Deps } from "../deps.ts";
import { type Circuit, circuitModel } from "./circuit.model.ts";
import { type Delivery, deliveryModel } from "./delivery.model.ts";
import { gatewayMessagesOf } from "./gateway-messages.ts";

/**
 * How long a sale may wait for its meter to come back before it is given up unsent. Range 1 h–7 days: a buyer who saw the desk
 * take the money finds the credit in the meter within a day, or the desk finds the sale failed.
 */
const SALE_VALID_MS = 24 * 3_600_000;
/** Younger ones are still being handed over by whoever sold them. Range 1–30 s. */
const FORGOTTEN_AFTER_MS = 5000;
/** The gateway says when it gives a sale up; this long after its expiry the server stops expecting that. Range 1 min–1 h. */
const SILENCE_AFTER_EXPIRY_MS = 10 * 60_000;

type DeliveryDeps = Pick<Deps, "connection" | "clock" | "changes" | "profiles">;

/**
 * Sends a purchase on its way into the meter. Called again for the same purchase it changes nothing, and finishes what a
 * crash cut off.
 */
export async function deliverPurchase(
  deps: DeliveryDeps,
  purchase: {
    id: string;
    siteId: string;
    householdId: string;
    circuitId: string;
    amountMinor: number;
    at: Date;
  },
): Promise<void> {
  const { connection } = deps;
  const { id, at, ...whose } = purchase;
  const circuit = await circuitModel(connection).findById(purchase.circuitId).lean<Circuit | null>();
  const row: Omit<Delivery, "_id"> = {
    ...whose,
    gatewayId: circuit?.gatewayId ?? "",
    at,
    expiresAt: new Date(at.getTime() + SALE_VALID_MS),
    state: circuit ? "pending" : "failed",
    isFinal: circuit === null,
    code: circuit ? null : "unknown-circuit",
    resultAt: null,
    purchaseCount: null,
    remainingMinor: null,
    handedOver: circuit === null,
  };
  const deliveries = deliveryModel(connection);
  await deliveries.updateOne({ _id: id }, { $setOnInsert: row }, { upsert: true, writeConcern: MONEY_WRITE });
  const kept = await deliveries.findById(id).lean<Delivery | null>();
  if (kept && !kept.handedOver) await handOver(deps, kept);
}

/** A crash between storing and handing over is healed; handed over twice, the gateway takes it once. */
async function handOver(deps: DeliveryDeps, row: Delivery): Promise<void> {
  await gatewayMessagesOf(deps).send(row.gatewayId, [{ type: "sale", sale: toSale(row) }]);
  await deliveryModel(deps.connection).updateOne({ _id: row._id }, { $set: { handedOver: true } });
}

export async function handOverForgottenSales(deps: DeliveryDeps, now: Date): Promise<void> {
  const forgotten = await deliveryModel(deps.connection)
    .find({ handedOver: false, at: { $lt: new Date(now.getTime() - FORGOTTEN_AFTER_MS) } })
    .lean<Delivery[]>();
  for (const row of forgotten) await handOver(deps, row);
}

function toSale(row: Delivery): Sale {
  return {
    id: row._id,
    circuitId: row.circuitId,
    amountMinor: row.amountMinor,
    issuedAt: row.at.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  };
}

/** Takes a gateway's word about a sale; told twice or late it changes nothing. False for a sale that it never got. */
export async function takeSaleResult(deps: Deps, gatewayId: string, result: SaleResult): Promise<boolean> {
  const deliveries = deliveryModel(deps.connection);
  const { saleId, state, isFinal, code, purchaseCount, remainingMinor } = result;
  const moved = await deliveries
    .findOneAndUpdate(
      { _id: saleId, gatewayId, isFinal: false },
      {
        $set: {
          state,
          isFinal,
          resultAt: new Date(result.at),
          code: code ?? null,
          purchaseCount: purchaseCount ?? null,
          remainingMinor: remainingMinor ?? null,
        },
      },
      { returnDocument: "after", writeConcern: MONEY_WRITE },
    )
    .lean<Delivery | null>();
  if (moved) await tellDelivery(deps, moved);
  return moved !== null || (await deliveries.exists({ _id: saleId, gatewayId })) !== null;
}

/** What the gateway has said nothing of is `unknown`: it may still come, and until then nobody can be sure. */
export async function doubtSilentSales(deps: Deps, now: Date): Promise<void> {
  const deliveries = deliveryModel(deps.connection);
  const before = new Date(now.getTime() - SILENCE_AFTER_EXPIRY_MS);
  const silent = await deliveries.find({ state: "pending", expiresAt: { $lt: before } }).lean<Delivery[]>();
  for (const { _id } of silent) {
    const moved = await deliveries
      .findOneAndUpdate(
        { _id, state: "pending" },
        { $set: { state: "unknown", code: "no-answer", resultAt: now } },
        { returnDocument: "after" },
      )
      .lean<Delivery | null>();
    if (moved) await tellDelivery(deps, moved);
  }
}

const alarmKeyOf = (purchaseId: string) => `sale-doubtful:${purchaseId}`;

async function tellDelivery(deps: Deps, row: Delivery): Promise<void> {
  const { _id: id, siteId, householdId, circuitId, state, code, amountMinor } = row;
  deps.changes.publish({ resource: "purchases", id, siteId, householdId });
  const at = row.resultAt ?? deps.clock.now();
  if (state === "written") return clearAlarm(deps, { siteId, key: alarmKeyOf(id), at });
  await raiseAlarm(deps, {
    siteId,
    key: alarmKeyOf(id),
    kind: "sale-doubtful",
    severity: ALARM_KINDS["sale-doubtful"].severity,
    at,
    subject: { circuitId, householdId },
    params: { purchaseId: id, amountMinor, state, ...(code === null ? {} : { advice: SALE_CODES[code] }) },
  });
}

/** A person has taken the purchase back: nothing is in doubt any more. */
export async function endDoubt(
  deps: Deps,
  purchase: { id: string; siteId: string },
  at: Date,
): Promise<void> {
  await clearAlarm(deps, { siteId: purchase.siteId, key: alarmKeyOf(purchase.id), at });
}

/** Deliveries of these purchases, by purchase. */
export async function findDeliveries(
  connection: Connection,
  purchaseIds: readonly string[],
): Promise<Map<string, Delivery>> {
  if (purchaseIds.length === 0) return new Map();
  const rows = await deliveryModel(connection)
    .find({ _id: { $in: [...purchaseIds] } })
    .lean<Delivery[]>();
  return new Map(rows.map((row) => [row._id, row]));
}
