import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { MEMORY_BYTES } from "./card-memory.ts";
import { fileCardReader, pcscCardReader } from "./card-reader.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hallmeter-card-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** An NTAG215 behind a reader: 135 pages of 4 bytes, of which 4–129 are the user's (NXP data sheet, figure 6). */
function ntag215() {
  const pages = Buffer.alloc(135 * 4);
  const sent: string[] = [];
  const transmit = async (apdu: Buffer): Promise<Buffer> => {
    sent.push(apdu.toString("hex"));
    const [cla, ins, p1 = 0, p2 = 0, length = 0] = apdu;
    const page = (p1 << 8) | p2;
    const done = Buffer.from("9000", "hex");
    if (cla !== 0xff) return Buffer.from("6e00", "hex");
    if (ins === 0xca) return Buffer.concat([Buffer.from("04a1b2c3d4e5f6", "hex"), done]);
    if (ins === 0xb0) return Buffer.concat([pages.subarray(page * 4, page * 4 + length), done]);
    if (ins !== 0xd6) return Buffer.from("6d00", "hex");
    if (page < 4 || page > 129 || length !== 4) return Buffer.from("6300", "hex");
    apdu.copy(pages, page * 4, 5);
    return done;
  };
  return { transmit, sent, pages };
}

it("speaks to a PC/SC reader in storage-card commands, and never below the user's memory", async () => {
  const chip = ntag215();
  const reader = pcscCardReader(chip.transmit);
  expect((await reader.readUid()).toString("hex")).toBe("04a1b2c3d4e5f6");
  await reader.write({ offset: 144, bytes: Buffer.from("0102030405060708", "hex") });
  expect(chip.sent).toEqual(["ffca000000", "ffd600280401020304", "ffd600290405060708"]);
  const memory = await reader.readMemory();
  expect(memory).toHaveLength(MEMORY_BYTES);
  expect(memory.subarray(144, 152).toString("hex")).toBe("0102030405060708");
  expect(chip.sent[3]).toBe("ffb0000410");
});

it("says so when the card does not answer as it should", async () => {
  for (const answer of ["6300", "6a82", ""]) {
    const reader = pcscCardReader(async () => Buffer.from(answer, "hex"));
    await expect(reader.readUid()).rejects.toMatchObject({ code: "card-refused" });
    await expect(reader.write({ offset: 0, bytes: Buffer.alloc(4) })).rejects.toMatchObject({
      code: "card-refused",
    });
  }
  const short = pcscCardReader(async () => Buffer.from("00009000", "hex"));
  await expect(short.readMemory()).rejects.toMatchObject({ code: "card-refused" });
});

it("takes a file for a card", async () => {
  const path = join(folder, "card.json");
  await writeFile(path, JSON.stringify({ uid: "04a1b2c3", memory: "" }));
  const reader = fileCardReader(path);
  expect((await reader.readUid()).toString("hex")).toBe("04a1b2c3");
  expect(await reader.readMemory()).toEqual(Buffer.alloc(MEMORY_BYTES));
  await reader.write({ offset: 8, bytes: Buffer.from("ff00ff00", "hex") });
  expect((await reader.readMemory()).subarray(8, 12).toString("hex")).toBe("ff00ff00");
  await writeFile(path, JSON.stringify({ uid: "xyz", memory: "" }));
  await expect(reader.readUid()).rejects.toThrow();
});
