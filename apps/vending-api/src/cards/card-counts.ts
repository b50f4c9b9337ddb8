import type { Connection } from "mongoose";
import { isDuplicateKey } from "../db/model.ts";
import { householdAccount, type LedgerEntry } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { amountOf } from "../vending/present-purchase.ts";
import { type Card, type CardTaker, cardTakerModel } from "./card.model.ts";
import { type CardLoad, cardLoadModel } from "./card-load.model.ts";

type Carrier = Pick<Card, "siteId" | "householdId" | "circuitId">;

export async function readTaker(connection: Connection, circuitId: string): Promise<CardTaker | null> {
  return cardTakerModel(connection).findById(circuitId).lean<CardTaker | null>();
}

/** The count of a household's next load: behind all that the journal has, and all that the circuit has taken of anybody's. */
export async function nextCount(connection: Connection, carrier: Carrier): Promise<number> {
  const { siteId, householdId, circuitId } = carrier;
  const [last] = await journalModel(connection)
    .find({ siteId, account: householdAccount(householdId), "details.cardCount": { $exists: true } })
    .sort({ seq: -1 })
    .limit(1)
    .lean<LedgerEntry[]>();
  const taker = await readTaker(connection, circuitId);
  return 1 + Math.max(Number(last?.details.cardCount ?? 0), taker?.count ?? 0);
}

/** The load of a purchase; asked again it is the same. */
export async function keepLoad(connection: Connection, entry: LedgerEntry): Promise<void> {
  const { _id, siteId, householdId, details } = entry;
  const load: Omit<CardLoad, "_id"> = {
    siteId,
    householdId,
    circuitId: String(details.cardCircuitId),
    count: Number(details.cardCount),
    amountMinor: amountOf(entry),
    state: "carried",
  };
  await cardLoadModel(connection).updateOne({ _id }, { $setOnInsert: load }, { upsert: true });
}

/** Loads that a crash kept from following their purchases, as far as this household goes. */
export async function keepForgottenLoads(connection: Connection, carrier: Carrier): Promise<void> {
  const { siteId, householdId } = carrier;
  const purchases = await journalModel(connection)
    .find({ siteId, account: householdAccount(householdId), "details.cardCount": { $exists: true } })
    .lean<LedgerEntry[]>();
  const known = await cardLoadModel(connection).distinct("_id", { siteId, householdId });
  for (const entry of purchases.filter(({ _id }) => !known.includes(_id))) await keepLoad(connection, entry);
}

export interface Carried {
  /** Where the taker stands. */
  fromCount: number;
  count: number;
  amountMinor: number;
  loads: CardLoad[];
}

/** What the household's card has to carry now: every load that its taker has not taken, and that was not brought back. */
export async function carriedBy(connection: Connection, carrier: Carrier): Promise<Carried> {
  const { siteId, householdId, circuitId } = carrier;
  await keepForgottenLoads(connection, carrier);
  const fromCount = (await readTaker(connection, circuitId))?.count ?? 0;
  const loads = await cardLoadModel(connection)
    .find({ siteId, householdId, circuitId, state: "carried", count: { $gt: fromCount } })
    .sort({ count: 1 })
    .lean<CardLoad[]>();
  return {
    fromCount,
    count: loads.at(-1)?.count ?? fromCount,
    amountMinor: loads.reduce((sum, load) => sum + load.amountMinor, 0),
    loads,
  };
}

/** Takes a taker's word for how far it has taken. Older and lower words change nothing. Returns where it stands. */
export async function advanceTaker(connection: Connection, said: CardTaker): Promise<CardTaker> {
  const takers = cardTakerModel(connection);
  const { _id, count, at, source, siteId } = said;
  // A card that shows the same count again proves nothing new: it may have been made to.
  const isFresh = source === "card" ? [] : [{ count, at: { $lt: at } }];
  const isNews = { _id, $or: [{ count: { $lt: count } }, ...isFresh] };
  try {
    await takers.updateOne(isNews, { $set: { count, at, source, siteId } }, { upsert: true });
  } catch (error) {
    // It stands further already, so that the condition found nothing and the upsert had no room.
    if (!isDuplicateKey(error)) throw error;
  }
  const stands = await readTaker(connection, _id);
  if (!stands) throw new RangeError(`taker ${_id} is missing`);
  await cardLoadModel(connection).updateMany(
    { circuitId: _id, count: { $lte: stands.count }, state: "carried" },
    { $set: { state: "taken" } },
  );
  return stands;
}
