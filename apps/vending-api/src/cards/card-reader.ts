import { readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";
import { ApiError } from "../errors.ts";
import { type CardWrite, MEMORY_BYTES } from "./card-memory.ts";

/** The card that lies on a reader. Rejects with `card-refused` where it does not do as told; read again before anything else. */
export interface CardReader {
  readUid(): Promise<Buffer>;
  /** The user memory, as far as our layout goes. */
  readMemory(): Promise<Buffer>;
  write(write: CardWrite): Promise<void>;
}

/** Sends one command to the card and gives its whole answer, status bytes included. */
export type Transmit = (apdu: Buffer) => Promise<Buffer>;

/**
 * Commands for storage cards of PC/SC part 3 (Requirements for PC-connected interface devices, 2.01.09, "Storage card
 * functionality support"; Microsoft's "Storage card requirements" has the same table): GET DATA FF CA, READ BINARY FF B0 and
 * UPDATE BINARY FF D6. They address pages of four bytes; on NTAG21x the user memory begins at page 4 (NXP NTAG213/215/216 data
 * sheet, 8.5).
 */
const GET_UID = Buffer.from([0xff, 0xca, 0x00, 0x00, 0x00]);
const PAGE_BYTES = 4;
const FIRST_USER_PAGE = 4;
/** What one READ of an NTAG gives: four pages (data sheet, 10.2). */
const READ_BYTES = 16;
const DONE = Buffer.from([0x90, 0x00]);

export function pcscCardReader(transmit: Transmit): CardReader {
  const ask = async (apdu: Buffer): Promise<Buffer> => {
    const answer = await transmit(apdu);
    const status = answer.subarray(-2);
    if (!status.equals(DONE))
      throw new ApiError("card-refused", `The card answered ${status.toString("hex") || "nothing"}`);
    return answer.subarray(0, -2);
  };
  const pageAt = (offset: number) => FIRST_USER_PAGE + offset / PAGE_BYTES;
  return {
    readUid: () => ask(GET_UID),
    async readMemory() {
      const parts: Buffer[] = [];
      for (let offset = 0; offset < MEMORY_BYTES; offset += READ_BYTES) {
        const page = pageAt(offset);
        const part = await ask(Buffer.from([0xff, 0xb0, page >> 8, page & 0xff, READ_BYTES]));
        if (part.length !== READ_BYTES) throw new ApiError("card-refused", "The card gave too little");
        parts.push(part);
      }
      return Buffer.concat(parts);
    },
    async write({ offset, bytes }) {
      for (let at = 0; at < bytes.length; at += PAGE_BYTES) {
        const page = pageAt(offset + at);
        const head = Buffer.from([0xff, 0xd6, page >> 8, page & 0xff, PAGE_BYTES]);
        await ask(Buffer.concat([head, bytes.subarray(at, at + PAGE_BYTES)]));
      }
    },
  };
}

const cardFile = z.strictObject({
  uid: z.string().regex(/^([0-9a-f]{8}|[0-9a-f]{14}|[0-9a-f]{20})$/),
  memory: z.string().regex(/^([0-9a-f]{2})*$/),
});

/** A card that is a file: for tests, and for desks that try the way of a card before they have a reader. */
export function fileCardReader(path: string): CardReader {
  const read = async () => cardFile.parse(JSON.parse(await readFile(path, "utf8")));
  const memoryOf = (text: string) => Buffer.concat([Buffer.from(text, "hex"), Buffer.alloc(MEMORY_BYTES)]);
  return {
    readUid: async () => Buffer.from((await read()).uid, "hex"),
    readMemory: async () => memoryOf((await read()).memory).subarray(0, MEMORY_BYTES),
    async write({ offset, bytes }) {
      const { uid, memory } = await read();
      const whole = memoryOf(memory).subarray(0, MEMORY_BYTES);
      bytes.copy(whole, offset);
      await writeFile(`${path}.new`, JSON.stringify({ uid, memory: whole.toString("hex") }));
      await rename(`${path}.new`, path);
    },
  };
}
