import type { SaleCode, SaleState } from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";

export const DELIVERY_STATES = ["pending", "written", "unknown", "failed"] as const;
export type DeliveryState = "pending" | SaleState;

/** A purchase on its way into the meter that holds the household's credit. */
export interface Delivery {
  /** Of the purchase. */
  _id: string;
  siteId: string;
  gatewayId: string;
  circuitId: string;
  householdId: string;
  amountMinor: number;
  at: Date;
  /** The gateway gives up what it has not begun by then. */
  expiresAt: Date;
  state: DeliveryState;
  /** Nothing more will come: a person must settle an `unknown`. */
  isFinal: boolean;
  code: SaleCode | null;
  resultAt: Date | null;
  /** What the meter itself said last. */
  purchaseCount: number | null;
  remainingMinor: number | null;
  /** Written into the gateway's messages. */
  handedOver: boolean;
}

const deliverySchema = new Schema<Delivery>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    gatewayId: { type: String, required: true },
    circuitId: { type: String, required: true },
    householdId: { type: String, required: true },
    amountMinor: { type: Number, required: true },
    at: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    state: { type: String, enum: DELIVERY_STATES, required: true },
    isFinal: { type: Boolean, required: true },
    code: { type: String, default: null },
    resultAt: { type: Date, default: null },
    purchaseCount: { type: Number, default: null },
    remainingMinor: { type: Number, default: null },
    handedOver: { type: Boolean, required: true },
  },
  { collection: "deliveries", versionKey: false },
);
deliverySchema.index({ handedOver: 1, at: 1 });
deliverySchema.index({ state: 1, expiresAt: 1 });

export const deliveryModel = (connection: Connection) =>
  boundModel<Delivery>(connection, "Delivery", deliverySchema);
