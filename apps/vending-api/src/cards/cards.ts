import { isDuplicateKey, newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import type { PaymentMethod } from "../ledger/entry-kinds.ts";
import type { MoneyRequest } from "../ledger/money-request.ts";
import type { Site } from "../places/site.model.ts";
import { sellCredit } from "../vending/purchases.ts";
import { type Card, type CardState, cardModel } from "./card.model.ts";
import { advanceTaker, type Carried, carriedBy, keepLoad, nextCount, readTaker } from "./card-counts.ts";
import { type CardKeys, cardKeysOf } from "./card-keys.ts";
import { cardLoadModel } from "./card-load.model.ts";
import { type CardWrite, placeRecord, readReceipt, readSlots } from "./card-memory.ts";
import { type CardRecord, fingerprintOf } from "./card-record.ts";
import { CARD_REFUSALS, type CardRefusal, readOwnRecord } from "./judge-card.ts";

export type CardDeps = Pick<Deps, "connection" | "clock" | "changes" | "profiles" | "secrets">;

/** A card left in a drawer is renewed at the desk. Range 30 days–5 years. */
const VALID_MS = 365 * 86_400_000;

/** A card as it lies on the desk's reader. */
export interface Presented {
  uid: Buffer;
  memory: Buffer;
}

export interface Handled {
  card: Card;
  /** What must be written on the card now; null when it shows all that it should. */
  write: CardWrite | null;
}

/**
 * Gives a blank or settled chip to a household's circuit. Throws `card-taken` when the chip or the circuit has a card, and
 * `idempotency-key-reused`.
 */
export async function issueCard(
  deps: CardDeps,
  site: Site,
  whose: Pick<Card, "householdId" | "circuitId"> & { replaces?: string },
  presented: Presented,
  request: MoneyRequest,
): Promise<Handled> {
  const cards = cardModel(deps.connection);
  const uid = presented.uid.toString("hex");
  const { idempotencyKey: requestKey, requestHash, now, by } = request;
  const first = async () => {
    const known = await cards.findOne({ siteId: site._id, requestKey }).lean<Card | null>();
    if (known && known.requestHash !== requestHash) throw new ApiError("idempotency-key-reused");
    return known;
  };
  const known = await first();
  if (known) return { card: known, write: await writeFor(deps, site, known, presented) };
  const keys = await cardKeysOf(deps, site._id);
  const there = readSlots(presented.memory, keys.verify);
  if (there === "tampered") throw refused("tampered");
  const card: Card = {
    _id: newId(),
    siteId: site._id,
    householdId: whose.householdId,
    circuitId: whose.circuitId,
    uid,
    state: "active",
    uidInUse: uid,
    circuitInUse: whose.circuitId,
    issuedAt: now,
    issuedBy: by,
    requestKey,
    requestHash,
    readAt: null,
    readCount: 0,
    stateReason: "",
    replaces: whose.replaces ?? null,
  };
  try {
    await cards.create(card);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const faster = await first();
    if (!faster) throw new ApiError("card-taken");
    return { card: faster, write: await writeFor(deps, site, faster, presented) };
  }
  publish(deps, card);
  return { card, write: await writeFor(deps, site, card, presented) };
}

/**
 * Sells credit that this card takes to its meter. The money is in the ledger at once; the card is written afterwards, and what
 * is written is the whole, so that writing it again adds nothing. Rejects as `sellCredit` does, or with `card-refused`.
 */
export async function topUpCard(
  deps: CardDeps,
  site: Site,
  card: Card,
  sale: { amountMinor: number; method: PaymentMethod; note: string; presented: Presented },
  request: MoneyRequest,
): Promise<Handled & { purchase: LedgerEntry }> {
  const { connection } = deps;
  const { presented, ...money } = sale;
  assertActive(card);
  await readCard(deps, site, card, presented);
  const { entry: purchase } = await sellCredit(
    deps,
    {
      ...money,
      siteId: site._id,
      householdId: card.householdId,
      cardDetails: async () => ({
        cardId: card._id,
        cardCircuitId: card.circuitId,
        cardCount: await nextCount(connection, card),
      }),
    },
    request,
  );
  await keepLoad(connection, purchase);
  publish(deps, card);
  return { card, purchase, write: await writeFor(deps, site, card, presented) };
}

/** Learns from a card what it shows and what its taker has written on it, and says what must be written on it now. */
export async function presentCard(
  deps: CardDeps,
  site: Site,
  card: Card,
  presented: Presented,
): Promise<Handled> {
  const read = await readCard(deps, site, card, presented);
  if (read.state === "active") return { card: read, write: await writeFor(deps, site, read, presented) };
  return { card: read, write: read.state === "settled" ? await emptying(deps, site, read, presented) : null };
}

/** What a settled card lacks where it was pulled away before it was emptied. */
async function emptying(
  deps: CardDeps,
  site: Site,
  card: Card,
  presented: Presented,
): Promise<CardWrite | null> {
  const { signer, verify } = await cardKeysOf(deps, site._id);
  const there = readSlots(presented.memory, verify);
  if (typeof there === "string" || there.kind === "settled") return null;
  const empty = { fromCount: there.fromCount, count: there.count, amountMinor: 0 };
  const record = recordOf(site, card, presented, empty, deps.clock.now(), "settled");
  return placeRecord(presented.memory, record, signer, verify);
}

/** Stops a card from being used at the desk. Its taker learns it by the count: a replacement goes on from there. */
export async function endCard(
  deps: CardDeps,
  card: Card,
  state: Exclude<CardState, "active">,
  reason: string,
): Promise<Card> {
  const { _id, uid, circuitId } = card;
  const ended = await cardModel(deps.connection)
    .findOneAndUpdate(
      { _id, state: "active" },
      {
        $set: {
          state,
          stateReason: reason,
          // A blocked card keeps its chip from being given out again.
          uidInUse: state === "settled" ? `${uid}#${_id}` : uid,
          circuitInUse: `${circuitId}#${_id}`,
        },
      },
      { returnDocument: "after" },
    )
    .lean<Card | null>();
  if (!ended) throw new ApiError("wrong-state", "The card is not in use");
  publish(deps, ended);
  return ended;
}

/**
 * Takes a card back: what its taker has not taken is the household's to be paid back or sold anew. Only the taker's count proves
 * that: a card whose credit was taken can be made to look untaken. Throws `card-count-unknown` until the count was told since the
 * card was last written, by its gateway or by a person who has read it off.
 */
export async function settleCard(
  deps: CardDeps,
  site: Site,
  card: Card,
  settled: { presented: Presented; takenCount: number | undefined; reason: string },
): Promise<Handled & { returned: number[] }> {
  const { connection, clock } = deps;
  const { presented, takenCount, reason } = settled;
  assertActive(card);
  const read = await readCard(deps, site, card, presented);
  if (takenCount !== undefined)
    await advanceTaker(connection, {
      _id: card.circuitId,
      siteId: site._id,
      count: takenCount,
      at: clock.now(),
      source: "person",
    });
  const carried = await carriedBy(connection, card);
  const taker = await readTaker(connection, card.circuitId);
  const isProved =
    carried.loads.length === 0 ||
    (taker !== null && taker.source !== "card" && taker.at >= (read.readAt ?? read.issuedAt));
  if (!isProved) throw new ApiError("card-count-unknown");
  const ended = await endCard(deps, read, "settled", reason);
  await cardLoadModel(connection).updateMany(
    { _id: { $in: carried.loads.map(({ _id }) => _id) }, state: "carried" },
    { $set: { state: "returned" } },
  );
  const keys = await cardKeysOf(deps, site._id);
  const record = recordOf(site, ended, presented, { ...carried, amountMinor: 0 }, clock.now(), "settled");
  return {
    card: ended,
    returned: carried.loads.map(({ count }) => count),
    write: placeRecord(presented.memory, record, keys.signer, keys.verify),
  };
}

/** Checks that this is the card, and keeps what it shows. Throws `card-refused`. */
async function readCard(deps: CardDeps, site: Site, card: Card, presented: Presented): Promise<Card> {
  const { connection, clock } = deps;
  const keys = await cardKeysOf(deps, site._id);
  const { uid, memory } = presented;
  if (uid.toString("hex") !== card.uid) throw refused(cloneOrOther(site, card, presented, keys));
  const record = readOwnRecord(memory, { siteId: site._id, uid, verify: keys.verify });
  // A fresh card is blank, or still holds what it carried in another life, until its first record is on it.
  const isFresh = card.readAt === null && record !== "tampered";
  if (typeof record === "string") {
    if (!isFresh) throw refused(record);
    return card;
  }
  if (!record.card.equals(fingerprintOf(card._id))) {
    if (!isFresh) throw refused("wrong-card");
    return card;
  }
  const receipt = readReceipt(memory, uid, keys.receiptKey(card.circuitId));
  if (receipt)
    await advanceTaker(connection, {
      _id: card.circuitId,
      siteId: site._id,
      count: receipt.count,
      at: receipt.at,
      source: "card",
    });
  const isOlder = record.count < card.readCount;
  if (isOlder) throw refused("replayed");
  const isNew = card.readAt === null || record.count > card.readCount;
  if (!isNew) return card;
  const read = await cardModel(connection)
    .findOneAndUpdate(
      { _id: card._id, readCount: { $lte: record.count } },
      { $set: { readAt: clock.now(), readCount: record.count } },
      { returnDocument: "after" },
    )
    .lean<Card | null>();
  if (read) publish(deps, read);
  return read ?? card;
}

function cloneOrOther(site: Site, card: Card, { memory }: Presented, { verify }: CardKeys): CardRefusal {
  const own = { siteId: site._id, uid: Buffer.from(card.uid, "hex"), verify };
  const record = readOwnRecord(memory, own);
  return typeof record === "object" && record.card.equals(fingerprintOf(card._id)) ? "cloned" : "wrong-card";
}

/** What the card must show, if it does not show it. The same state of things asks for the same, whoever asks how often. */
async function writeFor(
  deps: CardDeps,
  site: Site,
  card: Card,
  presented: Presented,
): Promise<CardWrite | null> {
  const keys = await cardKeysOf(deps, site._id);
  const now = deps.clock.now();
  const wanted = recordOf(site, card, presented, await carriedBy(deps.connection, card), now, "credit");
  const there = readSlots(presented.memory, keys.verify);
  if (typeof there === "object" && saysTheSame(there, wanted) && there.expiresAt > now) return null;
  return placeRecord(presented.memory, wanted, keys.signer, keys.verify);
}

function recordOf(
  site: Site,
  card: Card,
  { uid }: Presented,
  { fromCount, count, amountMinor }: Omit<Carried, "loads">,
  now: Date,
  kind: CardRecord["kind"],
): Omit<CardRecord, "keyId"> {
  return {
    kind,
    site: fingerprintOf(site._id),
    card: fingerprintOf(card._id),
    household: fingerprintOf(card.householdId),
    circuit: fingerprintOf(card.circuitId),
    uid,
    currency: site.currency,
    fromCount,
    count,
    amountMinor,
    issuedAt: now,
    expiresAt: new Date(now.getTime() + VALID_MS),
  };
}

function saysTheSame(there: CardRecord, wanted: Omit<CardRecord, "keyId">): boolean {
  return (
    there.kind === wanted.kind &&
    there.card.equals(wanted.card) &&
    there.uid.equals(wanted.uid) &&
    there.fromCount === wanted.fromCount &&
    there.count === wanted.count &&
    there.amountMinor === wanted.amountMinor
  );
}

function assertActive({ state }: Card): void {
  if (state !== "active") throw new ApiError("wrong-state", `The card is ${state}`);
}

function refused(code: CardRefusal): ApiError {
  const message = CARD_REFUSALS[code];
  return new ApiError("card-refused", message, { errors: [{ path: "memory", code, message }] });
}

function publish({ changes }: CardDeps, { _id: id, siteId, householdId }: Card): void {
  changes.publish({ resource: "cards", id, siteId, householdId });
}
