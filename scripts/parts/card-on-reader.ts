import { resolve } from "node:path";
import {
  type CardReader,
  type CardWrite,
  fileCardReader,
  MEMORY_BYTES,
  pcscCardReader,
} from "@hallmeter/vending-api/cards";
import { z } from "zod";
import { CardMishap } from "./card-mishap.ts";
import { loadPcsc, openPcscCard } from "./pcsc.ts";

/** As the API answers it. */
export const writeSchema = z
  .object({
    offset: z
      .int()
      .min(0)
      .max(MEMORY_BYTES - 1),
    bytes: z.string().regex(/^([0-9a-f]{2})+$/),
  })
  .refine(({ offset, bytes }) => offset + bytes.length / 2 <= MEMORY_BYTES, "is longer than a card")
  .refine(({ offset, bytes }) => offset % 4 === 0 && bytes.length % 8 === 0, "is not in pages of four bytes")
  .transform(({ offset, bytes }): CardWrite => ({ offset, bytes: Buffer.from(bytes, "hex") }));

/** A card as it lies there. */
export interface CardImage {
  uid: Buffer;
  memory: Buffer;
}

/** `pcsc`, `pcsc:<part of its name>`, or `file:<path>` of a card that is a file. */
export async function withReader<Result>(
  reader: string,
  use: (card: CardReader) => Promise<Result>,
): Promise<Result> {
  const [kind = "", ...rest] = reader.split(":");
  const name = rest.join(":");
  if (kind === "file" && name !== "") return use(fileCardReader(resolve(name))).catch(absentFile);
  if (kind !== "pcsc") throw new Error(`--reader ${reader}: is neither pcsc nor file:<path>`);
  const card = await openPcscCard(await loadPcsc(), name);
  try {
    return await use(pcscCardReader(card.transmit));
  } finally {
    card.close();
  }
}

export const readImage = async (card: CardReader): Promise<CardImage> => ({
  uid: await card.readUid(),
  memory: await card.readMemory(),
});

/** Writes on the chip `uid` alone, and answers what the card shows afterwards. Rejects with CardMishap, another chip untouched. */
export async function writeOnChip(card: CardReader, uid: string, write: CardWrite): Promise<CardImage> {
  const found = (await card.readUid()).toString("hex");
  if (found !== uid.toLowerCase())
    throw new CardMishap("card-other", `another card lies on the reader: ${found}`);
  await card.write(write);
  const after = await readImage(card);
  const written = after.memory.subarray(write.offset, write.offset + write.bytes.length);
  if (!written.equals(write.bytes))
    throw new CardMishap("card-not-written", "the card does not show what was written; write it again");
  return after;
}

function absentFile(error: unknown): never {
  const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
  throw isAbsent ? new CardMishap("card-absent", `there is no such card: ${error.message}`) : error;
}
