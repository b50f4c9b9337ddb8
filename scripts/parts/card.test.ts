import { EventEmitter } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MEMORY_BYTES } from "@hallmeter/vending-api/cards";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCardAtTerminal, writeCardAtTerminal } from "./card.ts";
import { loadPcsc, openPcscCard, type PcscReader } from "./pcsc.ts";

/** Made by hand after the table of docs/cards.md: credit of 12.34, counts 1 to 2, in slot A; its signature is nobody's. */
const RECORD = [
  "484d0101",
  "11".repeat(8) + "22".repeat(8) + "33".repeat(8) + "44".repeat(8),
  "04a1b2c3d4000000000000",
  "434e59",
  "0000000100000002",
  "0000000004d2",
  "6553f100" + "67535c00",
  "aabbccdd",
  "00".repeat(64) + "00".repeat(4),
].join("");

let folder: string;
let lines: string[];
const print = (line: string) => lines.push(line);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hallmeter-card-line-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: object): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(content));
  return path;
}
async function printed(act: () => Promise<void>): Promise<{ uid: string; memory: string; record: unknown }> {
  lines = [];
  await act();
  return JSON.parse(lines.join("\n"));
}

describe("hallmeter card", () => {
  it("reads a blank card, writes what the API answered onto it, and shows the record", async () => {
    const reader = `file:${await file("card.json", { uid: "04a1b2c3", memory: "" })}`;
    const blank = await printed(() => readCardAtTerminal({ reader, json: true }, print));
    expect(blank).toEqual({ uid: "04a1b2c3", memory: "00".repeat(MEMORY_BYTES), record: "blank" });
    const from = await file("answer.json", { purchaseId: "p1", write: { offset: 0, bytes: RECORD } });
    const written = await printed(() =>
      writeCardAtTerminal({ reader, uid: "04A1B2C3", from, json: true }, print),
    );
    expect(written.memory.startsWith(RECORD)).toBe(true);
    expect(written.record).toEqual({
      kind: "credit",
      amountMinor: 1234,
      currency: "CNY",
      count: 2,
      expiresAt: "2024-12-06T20:18:08.000Z",
    });
    expect(await printed(() => readCardAtTerminal({ reader, json: true }, print))).toEqual(written);
    lines = [];
    await readCardAtTerminal({ reader }, print);
    expect(lines).toEqual(["chip    04a1b2c3", expect.stringContaining("1234 minor units of CNY, count 2")]);
  });

  it("leaves another chip alone, and takes nothing for a write that is none", async () => {
    const reader = `file:${await file("other.json", { uid: "0badcafe", memory: "" })}`;
    const from = await file("write.json", { offset: 0, bytes: RECORD });
    await expect(writeCardAtTerminal({ reader, uid: "04a1b2c3", from }, print)).rejects.toThrow(/0badcafe/);
    const card = await printed(() => readCardAtTerminal({ reader, json: true }, print));
    expect(card.record).toBe("blank");
    for (const wrong of [{ write: null }, { offset: 2, bytes: RECORD }, { offset: 300, bytes: RECORD }]) {
      const bad = await file("wrong.json", wrong);
      await expect(writeCardAtTerminal({ reader, uid: "0badcafe", from: bad }, print)).rejects.toThrow(
        /no card write/,
      );
    }
    await expect(readCardAtTerminal({ reader: "usb" }, print)).rejects.toThrow(/neither pcsc nor file/);
  });
});

/** What the library gives for a reader: a card lies on it from the first status on. */
function readerWithCard(name: string, answer: (apdu: Buffer) => Buffer) {
  const state = { isClosed: false };
  const reader: PcscReader = Object.assign(new EventEmitter(), {
    name,
    SCARD_STATE_PRESENT: 0x20,
    SCARD_SHARE_SHARED: 2,
    connect: (_options: object, done: (error: null, protocol: number) => void) => done(null, 2),
    transmit: (apdu: Buffer, _most: number, _protocol: number, done: (error: null, bytes: Buffer) => void) =>
      done(null, answer(apdu)),
    close: () => {
      state.isClosed = true;
    },
  });
  return { reader, state };
}

function pcscWith(...readers: PcscReader[]) {
  const state = { isClosed: false };
  const open = () => {
    const pcsc = Object.assign(new EventEmitter(), {
      close: () => {
        state.isClosed = true;
      },
    });
    queueMicrotask(() => {
      for (const reader of readers) pcsc.emit("reader", reader);
      for (const reader of readers) reader.emit("status", { state: 0x22 });
    });
    return pcsc;
  };
  return { open, state };
}

describe("a PC/SC reader", () => {
  it("is chosen by its name, and closed with its context", async () => {
    const other = readerWithCard("Other 00", () => Buffer.from("6300", "hex"));
    const mine = readerWithCard("ACS ACR122U 00", () => Buffer.from("04a1b2c39000", "hex"));
    const pcsc = pcscWith(other.reader, mine.reader);
    const card = await openPcscCard(pcsc.open, "ACR122");
    expect((await card.transmit(Buffer.from("ffca000000", "hex"))).toString("hex")).toBe("04a1b2c39000");
    expect([other.state.isClosed, mine.state.isClosed]).toEqual([true, false]);
    card.close();
    expect([mine.state.isClosed, pcsc.state.isClosed]).toEqual([true, true]);
  });

  it("that is not there is said so, and so is a library that is not installed", async () => {
    await expect(openPcscCard(pcscWith().open, "", 1)).rejects.toThrow("there is no card reader");
    await expect(openPcscCard(pcscWith().open, "ACR122", 1)).rejects.toThrow("no card reader named ACR122");
    const missing = Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
    await expect(loadPcsc(() => Promise.reject(missing))).rejects.toThrow(
      /no PC\/SC library \(ERR_MODULE_NOT_FOUND\): npm install @pokusew\/pcsclite/,
    );
  });
});
