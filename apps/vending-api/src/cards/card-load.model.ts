import { type Connection, Schema } from "mongoose";
import { MONEY_WRITE } from "../db/connection.ts";
import { boundModel } from "../db/model.ts";

/** `carried`: on a card, as far as anybody knows. `taken`: a taker's count says so. `returned`: brought back to the desk untaken. */
export const LOAD_STATES = ["carried", "taken", "returned"] as const;
export type LoadState = (typeof LOAD_STATES)[number];

/** A purchase that a card takes to its meter. Made again from the journal if it is lost. */
export interface CardLoad {
  /** Of the purchase. */
  _id: string;
  siteId: string;
  householdId: string;
  circuitId: string;
  count: number;
  amountMinor: number;
  state: LoadState;
}

const loadSchema = new Schema<CardLoad>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    householdId: { type: String, required: true },
    circuitId: { type: String, required: true },
    count: { type: Number, required: true },
    amountMinor: { type: Number, required: true },
    state: { type: String, enum: LOAD_STATES, required: true },
  },
  { collection: "card-loads", versionKey: false, writeConcern: MONEY_WRITE },
);
loadSchema.index({ siteId: 1, householdId: 1, circuitId: 1, count: 1 }, { unique: true });
loadSchema.index({ circuitId: 1, count: 1 });

export const cardLoadModel = (connection: Connection) =>
  boundModel<CardLoad>(connection, "CardLoad", loadSchema);

/** By purchase; those that no card carried are missing. */
export async function findCardLoads(
  connection: Connection,
  purchaseIds: readonly string[],
): Promise<Map<string, CardLoad>> {
  if (purchaseIds.length === 0) return new Map();
  const rows = await cardLoadModel(connection)
    .find({ _id: { $in: [...purchaseIds] } })
    .lean<CardLoad[]>();
  return new Map(rows.map((row) => [row._id, row]));
}
