import type { Collection, Document } from "mongodb";
import { type Account, type Ledger, mostHistory } from "./accounts.ts";
import { entryId, type Knowledge } from "./writer.ts";

/** What is wrong after a crash; empty when nothing acknowledged is lost and nothing is half applied. */
export async function examine(ledger: Ledger, all: readonly Knowledge[]): Promise<string[]> {
  const wrong: string[] = [];
  const accounts = new Map((await ledger.accounts.find().toArray()).map((one) => [one._id, one]));
  const stored = new Set(
    (await ledger.entries.find({}, { projection: { _id: 1 } }).toArray()).map((one) => one._id),
  );
  for (const known of all) {
    wrong.push(...examineAccount(accounts.get(known.account), known), ...examineEntries(stored, known));
  }
  wrong.push(...(await examineIndexes(ledger.accounts)), ...(await examineIndexes(ledger.entries)));
  return wrong;
}

function examineAccount(account: Account | undefined, known: Knowledge): string[] {
  const { acknowledged, asked } = known;
  const name = `account ${known.account}`;
  if (!account) return acknowledged > 0 ? [`${name}: lost, ${acknowledged} were acknowledged`] : [];
  const { count, twice, history, tags } = account;
  const wrong: string[] = [];
  if (count < acknowledged || count > asked)
    wrong.push(`${name}: counts ${count}, acknowledged ${acknowledged}, asked ${asked}`);
  const isWhole =
    twice === 2 * count &&
    history.length === Math.min(count, mostHistory) &&
    history.at(-1) === count &&
    tags.includes(`n${count}`) &&
    tags.includes(`m${count % 7}`);
  if (!isWhole) wrong.push(`${name}: half applied: ${JSON.stringify(account)}`);
  return wrong;
}

function examineEntries(stored: ReadonlySet<string>, known: Knowledge): string[] {
  const wrong: string[] = [];
  const isStored = (number: number) => stored.has(entryId(known.account, number));
  for (let number = known.askedDeletion + 1; number <= known.acknowledged; number += 1)
    if (!isStored(number)) wrong.push(`entry ${entryId(known.account, number)}: acknowledged and lost`);
  for (let number = 1; number <= known.acknowledgedDeletion; number += 1)
    if (isStored(number)) wrong.push(`entry ${entryId(known.account, number)}: deleted and back again`);
  return wrong;
}

/** Documents as an index gives them, beside the documents as they lie; and the server's own comparison of both. */
async function examineIndexes<Stored extends Document>(collection: Collection<Stored>): Promise<string[]> {
  const wrong: string[] = [];
  const ids = async (hint: Document): Promise<string> => {
    const found = await collection.find({}, { hint, projection: { _id: 1 } }).toArray();
    return JSON.stringify(found.map((one) => String(one._id)).sort());
  };
  const expected = await ids({ $natural: 1 });
  for (const { name, key } of await collection.indexes())
    if ((await ids(key)) !== expected)
      wrong.push(`${collection.collectionName}: index ${name} differs from the documents`);
  const { valid, errors } = await collection.db.command({ validate: collection.collectionName });
  if (!valid) wrong.push(...(errors as string[]));
  return wrong;
}
