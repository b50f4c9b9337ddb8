import mongoose, { type Connection, type Model, type Schema } from "mongoose";

/** Ids are opaque strings that sort by age; as `_id` of every document of ours. */
export function newId(): string {
  return new mongoose.Types.ObjectId().toHexString();
}

/** `_id: idField` in every schema. */
export const idField = { type: String, default: newId } as const;

/** The model bound to this connection; bound at first use, so that a feature can ask for it anywhere. */
export function boundModel<Row>(connection: Connection, name: string, schema: Schema<Row>): Model<Row> {
  const bound = connection.models[name] as Model<Row> | undefined;
  return bound ?? connection.model<Row>(name, schema);
}

export const DUPLICATE_KEY = 11_000;

/** True when a unique index refused the write; `index` narrows to one, by a field of its key. */
export function isDuplicateKey(error: unknown, field?: string): boolean {
  if (!(error instanceof mongoose.mongo.MongoServerError) || error.code !== DUPLICATE_KEY) return false;
  const pattern: unknown = error.keyPattern;
  return field === undefined || (typeof pattern === "object" && pattern !== null && field in pattern);
}
