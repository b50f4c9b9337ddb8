import { type Connection, Schema } from "mongoose";
import { boundModel, isDuplicateKey } from "../db/model.ts";

/** One print of a receipt. The first is the receipt, every other a copy with its number. */
export interface ReceiptPrint {
  /** Purchase and copy: two prints at once cannot have one number. */
  _id: string;
  siteId: string;
  purchaseId: string;
  copy: number;
  at: Date;
  by: { id: string; name: string };
  key: string;
}

const printSchema = new Schema<ReceiptPrint>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    purchaseId: { type: String, required: true },
    copy: { type: Number, required: true },
    at: { type: Date, required: true },
    by: { type: Schema.Types.Mixed, required: true },
    key: { type: String, required: true },
  },
  { collection: "receipt-prints", versionKey: false },
);
printSchema.index({ purchaseId: 1, copy: -1 });

export const receiptPrintModel = (connection: Connection) =>
  boundModel<ReceiptPrint>(connection, "ReceiptPrint", printSchema);

/** Which print this is: 0 for the first, then 1, 2, … The same key gives the same number. */
export async function countPrint(
  connection: Connection,
  purchase: { id: string; siteId: string },
  { by, at, key }: Pick<ReceiptPrint, "by" | "at" | "key">,
): Promise<{ copy: number; repeated: boolean }> {
  const prints = receiptPrintModel(connection);
  const { id: purchaseId, siteId } = purchase;
  for (;;) {
    const known = await prints.findOne({ purchaseId, key }).lean<ReceiptPrint | null>();
    if (known) return { copy: known.copy, repeated: true };
    const last = await prints.findOne({ purchaseId }).sort({ copy: -1 }).lean<ReceiptPrint | null>();
    const copy = last ? last.copy + 1 : 0;
    try {
      await prints.create({ _id: `${purchaseId}:${copy}`, siteId, purchaseId, copy, at, by, key });
      return { copy, repeated: false };
    } catch (error) {
      // Another print took the number; each round some print gets one.
      if (!isDuplicateKey(error)) throw error;
    }
  }
}
