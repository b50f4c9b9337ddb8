import { type Connection, Schema } from "mongoose";
import { ApiError } from "../errors.ts";
import { boundModel, isDuplicateKey } from "./model.ts";

/** Which request a key belongs to, for actions that keep no document of their own under it. */
interface ClaimedKey {
  _id: string;
  requestHash: string;
  at: Date;
}

const claimedKeySchema = new Schema<ClaimedKey>(
  {
    _id: { type: String, required: true },
    requestHash: { type: String, required: true },
    at: { type: Date, required: true },
  },
  { collection: "claimed-keys", versionKey: false },
);

export const claimedKeyModel = (connection: Connection) =>
  boundModel<ClaimedKey>(connection, "ClaimedKey", claimedKeySchema);

/** The key is this request's from now on; the same request may come again. Throws `idempotency-key-reused` for any other. */
export async function claimKey(
  connection: Connection,
  request: { readonly idempotencyKey: string; readonly requestHash: string; readonly now: Date },
): Promise<void> {
  const { idempotencyKey: _id, requestHash, now: at } = request;
  const keys = claimedKeyModel(connection);
  try {
    await keys.create({ _id, requestHash, at });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const first = await keys.findById(_id).lean<ClaimedKey | null>();
    if (first?.requestHash !== requestHash) throw new ApiError("idempotency-key-reused");
  }
}
