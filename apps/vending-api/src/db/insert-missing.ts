import mongoose, { type Model } from "mongoose";
import { DUPLICATE_KEY } from "./model.ts";

/**
 * Inserts the rows whose unique keys are free and leaves the others as they stand: for rows that several processes make alike.
 * Cheaper than as many upserts. The rows are ours and complete: no schema looks at them again.
 */
export async function insertMissing<Row extends { _id: string }>(
  model: Model<Row>,
  rows: readonly Row[],
): Promise<void> {
  try {
    await model.collection.insertMany([...rows] as never[], { ordered: false });
  } catch (error) {
    if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) throw error;
    const failures = [error.writeErrors].flat();
    if (failures.length === 0 || failures.some(({ code }) => code !== DUPLICATE_KEY)) throw error;
  }
}
