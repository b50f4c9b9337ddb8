import { readFile } from "node:fs/promises";
import { type CardWrite, readSlots } from "@hallmeter/vending-api/cards";
import { z } from "zod";
import { type CardImage, readImage, withReader, writeOnChip, writeSchema } from "./card-on-reader.ts";

const answerSchema = z.union([z.object({ write: writeSchema }).transform(({ write }) => write), writeSchema]);

export interface ReadCard {
  uid: string;
  memory: string;
  /** The newest record, whoever signed it; `blank` or `unreadable` without one. */
  record: { kind: string; amountMinor: number; currency: string; count: number; expiresAt: string } | string;
}

/** `hallmeter card read` */
export async function readCardAtTerminal(
  { reader, json }: { reader: string; json?: boolean },
  print: (line: string) => void,
): Promise<void> {
  await withReader(reader, async (card) => show(asRead(await readImage(card)), json, print));
}

/** `hallmeter card write`: rejects, with nothing written, where another chip lies on the reader. */
export async function writeCardAtTerminal(
  { reader, uid, from, json }: { reader: string; uid: string; from: string; json?: boolean },
  print: (line: string) => void,
): Promise<void> {
  const write = await readWrite(from);
  await withReader(reader, async (card) => show(asRead(await writeOnChip(card, uid, write)), json, print));
}

async function readWrite(file: string): Promise<CardWrite> {
  const parsed = answerSchema.safeParse(JSON.parse(await readFile(file, "utf8")));
  if (!parsed.success) throw new Error(`${file}: no card write of the API`);
  return parsed.data;
}

function asRead({ uid, memory }: CardImage): ReadCard {
  // Only the server has the keys; here the record is shown as it claims to be.
  const record = readSlots(memory, () => true);
  return {
    uid: uid.toString("hex"),
    memory: memory.toString("hex"),
    record: typeof record === "string" ? (record === "blank" ? "blank" : "unreadable") : shownRecord(record),
  };
}

function shownRecord(record: Exclude<ReturnType<typeof readSlots>, string>) {
  const { kind, amountMinor, currency, count, expiresAt } = record;
  return { kind, amountMinor, currency, count, expiresAt: expiresAt.toISOString() };
}

function show(card: ReadCard, json: boolean | undefined, print: (line: string) => void): void {
  for (const line of json ? [JSON.stringify(card)] : [`chip    ${card.uid}`, `record  ${inWords(card)}`])
    print(line);
}

function inWords({ record }: ReadCard): string {
  if (typeof record === "string") return record;
  const { kind, amountMinor, currency, count, expiresAt } = record;
  return `${kind}, ${amountMinor} minor units of ${currency}, count ${count}, until ${expiresAt}; not verified`;
}
