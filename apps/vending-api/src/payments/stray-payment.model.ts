import { type Connection, Schema } from "mongoose";
import { MONEY_WRITE } from "../db/connection.ts";
import { boundModel } from "../db/model.ts";
import type { PaymentReport } from "./payment-provider.ts";

/** What a provider said about a payment of which we know no top-up: kept, because its top-up may yet turn up. */
export interface StrayPayment {
  /** Made of site, provider and event: told twice it is one. */
  _id: string;
  siteId: string;
  provider: string;
  report: PaymentReport;
  receivedAt: Date;
  /** The top-up that it turned out to belong to. */
  topUpId: string | null;
  resolvedBy: { id: string; name: string } | null;
  resolvedAt: Date | null;
  resolution: string;
}

const straySchema = new Schema<StrayPayment>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    provider: { type: String, required: true },
    report: { type: Schema.Types.Mixed, required: true },
    receivedAt: { type: Date, required: true },
    topUpId: { type: String, default: null },
    resolvedBy: { type: Schema.Types.Mixed, default: null },
    resolvedAt: { type: Date, default: null },
    resolution: { type: String, default: "" },
  },
  { collection: "stray-payments", versionKey: false, minimize: false, writeConcern: MONEY_WRITE },
);
straySchema.index({ siteId: 1, receivedAt: -1 });
straySchema.index({ siteId: 1, provider: 1, "report.paymentIds": 1 });

export const strayPaymentModel = (connection: Connection) =>
  boundModel<StrayPayment>(connection, "StrayPayment", straySchema);
