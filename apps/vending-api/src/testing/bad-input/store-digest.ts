import { createHash } from "node:crypto";
import mongoose, { type Connection } from "mongoose";

const { BSON } = mongoose.mongo;

/** What a refused request may leave behind, by collection: what is compared is everything else. */
const LEFT_OUT: Readonly<Record<string, object | "all">> = {
  // A no is remembered under its key, so that a retry cannot turn it into a yes. It moves nothing.
  journal: { kind: { $ne: "refusal" } },
  // Wrong passwords are counted.
  login_attempts: "all",
  sessions: "all",
};

/** A hash per collection over every document; two equal digests mean that nothing changed in between. */
export async function digestOf(connection: Connection): Promise<Record<string, string>> {
  const names = connection.modelNames().map((name) => connection.model(name).collection.collectionName);
  const entries = await Promise.all(
    [...new Set(names)].sort().map(async (name): Promise<[string, string]> => {
      const left = LEFT_OUT[name] ?? {};
      if (left === "all") return [name, "left out"];
      const rows = await connection.collection(name).find(left).sort({ _id: 1 }).toArray();
      const hash = createHash("sha256");
      for (const row of rows) hash.update(BSON.serialize(row));
      return [name, `${rows.length} ${hash.digest("hex")}`];
    }),
  );
  return Object.fromEntries(entries);
}
