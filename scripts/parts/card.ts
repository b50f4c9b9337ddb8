import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  type CardReader,
  type CardWrite,
  fileCardReader,
  MEMORY_BYTES,
  pcscCardReader,
  readSlots,
} from "@hallmeter/vending-api/cards";
import { z } from "zod";
import { loadPcsc, openPcscCard } from "./pcsc.ts";

/** As the API answers it. */
const writeSchema = z
  .object({
    offset: z
      .int()
      .min(0)
      .max(MEMORY_BYTES - 1),
    bytes: z.string().regex(/^([0-9a-f]{2})+$/),
  })
  .refine(({ offset, bytes }) => offset + bytes.length / 2 <= MEMORY_BYTES, "is longer than a card")
  .refine(({ offset, bytes }) => offset % 4 === 0 && bytes.length % 8 === 0, "is not in pages of four bytes");
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
  await withReader(reader, async (card) => show(await readCard(card), json, print));
}

/** `hallmeter card write`: rejects, with nothing written, where another chip lies on the reader. */
export async function writeCardAtTerminal(
  { reader, uid, from, json }: { reader: string; uid: string; from: string; json?: boolean },
  print: (line: string) => void,
): Promise<void> {
  const write = await readWrite(from);
  await withReader(reader, async (card) => {
    const found = (await card.readUid()).toString("hex");
    if (found !== uid.toLowerCase()) throw new Error(`another card lies on the reader: ${found}`);
    await card.write(write);
    const after = await readCard(card);
    const written = Buffer.from(after.memory, "hex").subarray(
      write.offset,
      write.offset + write.bytes.length,
    );
    if (!written.equals(write.bytes))
      throw new Error("the card does not show what was written; write it again");
    show(after, json, print);
  });
}

async function readWrite(file: string): Promise<CardWrite> {
  const parsed = answerSchema.safeParse(JSON.parse(await readFile(file, "utf8")));
  if (!parsed.success) throw new Error(`${file}: no card write of the API`);
  return { offset: parsed.data.offset, bytes: Buffer.from(parsed.data.bytes, "hex") };
}

async function withReader(reader: string, use: (card: CardReader) => Promise<void>): Promise<void> {
  const [kind = "", ...rest] = reader.split(":");
  const name = rest.join(":");
  if (kind === "file" && name !== "") return use(fileCardReader(resolve(name)));
  if (kind !== "pcsc") throw new Error(`--reader ${reader}: is neither pcsc nor file:<path>`);
  const card = await openPcscCard(await loadPcsc(), name);
  try {
    await use(pcscCardReader(card.transmit));
  } finally {
    card.close();
  }
}

async function readCard(card: CardReader): Promise<ReadCard> {
  const [uid, memory] = [await card.readUid(), await card.readMemory()];
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
