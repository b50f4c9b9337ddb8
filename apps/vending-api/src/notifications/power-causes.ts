import { type Connection, Schema } from "mongoose";
import { groupBy } from "../db/group-by.ts";
import { boundModel, isDuplicateKey } from "../db/model.ts";
import { type Circuit, circuitModel } from "../network/circuit.model.ts";
import { type CircuitMirror, circuitMirrorModel } from "../network/circuit-mirror.model.ts";
import { NOTHING_TOLD, powerNews, type ToldPower } from "./power-news.ts";
import { recordCauses } from "./record-causes.ts";

interface ToldPowerRow extends ToldPower {
  /** The household. */
  _id: string;
  /** Grows with every write, which is valid only for the one that was read. */
  revision: number;
}

const toldPowerSchema = new Schema<ToldPowerRow>(
  {
    _id: { type: String, required: true },
    kinds: { type: [String], required: true },
    offSince: { type: String, default: null },
    revision: { type: Number, required: true },
  },
  { collection: "told-power", versionKey: false },
);
export const toldPowerModel = (connection: Connection) =>
  boundModel<ToldPowerRow>(connection, "ToldPower", toldPowerSchema);

const AT_ONCE = 500;

/** Circuits carry a mark from each change of their state until their household is looked at here. */
export async function findPowerCauses(connection: Connection): Promise<void> {
  while ((await tellSomeHouseholds(connection)) === AT_ONCE);
}

/** How many circuits were done. */
async function tellSomeHouseholds(connection: Connection): Promise<number> {
  const mirrors = circuitMirrorModel(connection);
  const due = await mirrors.find({ noticeDue: true }).limit(AT_ONCE).lean<CircuitMirror[]>();
  if (due.length === 0) return 0;
  const circuits = await circuitModel(connection)
    .find({ _id: { $in: due.map(({ _id }) => _id) } }, { householdId: 1 })
    .lean<Pick<Circuit, "_id" | "householdId">[]>();
  const dueById = new Map(due.map((mirror) => [mirror._id, mirror]));
  const byHousehold = groupBy(circuits, ({ householdId }) => householdId);
  for (const [householdId, own] of byHousehold)
    if (householdId !== null && !(await tellHousehold(connection, householdId)))
      for (const { _id } of own) dueById.delete(_id);
  const looked = [...dueById.values()].map(({ _id, revision, stateAt }) => ({
    updateOne: { filter: { _id, revision, stateAt }, update: { $unset: { noticeDue: 1 as const } } },
  }));
  if (looked.length > 0) await mirrors.bulkWrite(looked, { ordered: false });
  return looked.length;
}

/** False when another process was faster: look again. */
async function tellHousehold(connection: Connection, householdId: string): Promise<boolean> {
  const row = await toldPowerModel(connection).findById(householdId).lean<ToldPowerRow | null>();
  const circuits = await circuitModel(connection)
    .find({ householdId }, { siteId: 1 })
    .lean<Pick<Circuit, "_id" | "siteId">[]>();
  const [first] = circuits;
  if (!first) return true;
  const states = await circuitMirrorModel(connection)
    .find({ _id: { $in: circuits.map(({ _id }) => _id) } })
    .lean<CircuitMirror[]>();
  const { told, news } = powerNews(row ?? NOTHING_TOLD, states);
  await recordCauses(
    connection,
    news.map(({ part, at, notice }) => ({
      key: `${part}:${householdId}`,
      siteId: first.siteId,
      householdId,
      at: new Date(at),
      notice,
    })),
  );
  return keepTold(connection, householdId, told, row?.revision);
}

/** After the causes stand: a crash between the two finds the same news again, under the same keys. */
async function keepTold(
  connection: Connection,
  householdId: string,
  told: ToldPower,
  revision: number | undefined,
): Promise<boolean> {
  const model = toldPowerModel(connection);
  try {
    if (revision === undefined) {
      await model.create({ _id: householdId, ...told, revision: 0 });
      return true;
    }
    const kept = await model.updateOne({ _id: householdId, revision }, { $set: told, $inc: { revision: 1 } });
    return kept.matchedCount === 1;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
