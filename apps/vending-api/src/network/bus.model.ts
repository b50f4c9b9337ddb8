import type { LineConfig, PipeConfig, UplinkItem } from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";

export interface Bus {
  _id: string;
  siteId: string;
  gatewayId: string;
  name: string;
  pipe: PipeConfig;
  line: LineConfig;
  pollIntervalMs: number;
}

const busSchema = new Schema<Bus>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    gatewayId: { type: String, required: true },
    name: { type: String, required: true },
    pipe: { type: Schema.Types.Mixed, required: true },
    line: { type: Schema.Types.Mixed, required: true },
    pollIntervalMs: { type: Number, required: true },
  },
  { collection: "buses", versionKey: false },
);
busSchema.index({ gatewayId: 1 });
busSchema.index({ siteId: 1, name: 1 });

export const busModel = (connection: Connection) => boundModel<Bus>(connection, "Bus", busSchema);

type BudgetItem = Extract<UplinkItem, { type: "bus-budget" }>;

/** The newest budget that the gateway told. */
export interface BusBudgetRow extends Omit<BudgetItem, "type" | "busId" | "at"> {
  /** The bus. */
  _id: string;
  siteId: string;
  at: Date;
}

const busBudgetSchema = new Schema<BusBudgetRow>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    at: { type: Date, required: true },
    utilisationMilli: { type: Number, required: true },
    plannedMilli: { type: Number, required: true },
    transactions: { type: Number, required: true },
    timeouts: { type: Number, required: true },
    crcErrors: { type: Number, required: true },
    protocolErrors: { type: Number, required: true },
    lanes: { type: Schema.Types.Mixed, required: true },
  },
  { collection: "bus-budgets", versionKey: false, minimize: false },
);

export const busBudgetModel = (connection: Connection) =>
  boundModel<BusBudgetRow>(connection, "BusBudget", busBudgetSchema);
