import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MEMORY_BYTES } from "@hallmeter/vending-api/cards";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CardService, newPairingCode, startCardService } from "./card-service.ts";

const ORIGIN = "http://console.example";
const CODE = "ABCD-2345";

let folder: string;
let cardFile: string;
let service: CardService;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hallmeter-card-service-"));
  cardFile = join(folder, "card.json");
  service = await startCardService({ reader: `file:${cardFile}`, origin: ORIGIN, code: CODE, port: 0 });
});
afterAll(async () => {
  await service.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => writeFile(cardFile, JSON.stringify({ uid: "04a1b2c3", memory: "" })));

interface Asked {
  method?: string;
  host?: string;
  origin?: string;
  code?: string;
  body?: string;
}
interface Answered {
  status: number | undefined;
  headers: Record<string, unknown>;
  body: { code?: string; uid?: string; memory?: string };
}

/** Not by fetch: it lets nobody choose Host and Origin. */
const ask = ({ method = "GET", host, origin = ORIGIN, code = CODE, body }: Asked = {}): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const headers = {
      host: host ?? `127.0.0.1:${service.port}`,
      origin,
      authorization: `Bearer ${code}`,
    };
    const sent = request(
      { host: "127.0.0.1", port: service.port, path: "/card", method, headers },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          const read = text === "" ? {} : (JSON.parse(text) as Answered["body"]);
          resolve({ status: answer.statusCode, headers: answer.headers, body: read });
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
const writeOf = (uid: string, offset: number, bytes: string) =>
  ask({ method: "POST", body: JSON.stringify({ uid, write: { offset, bytes } }) });

describe("the card reader of a desk", () => {
  it("reads the card, writes it, and shows what is on it afterwards", async () => {
    expect(await ask()).toMatchObject({
      status: 200,
      headers: { "access-control-allow-origin": ORIGIN, "cache-control": "no-store" },
      body: { uid: "04a1b2c3", memory: "00".repeat(MEMORY_BYTES) },
    });
    const written = await writeOf("04A1B2C3", 4, "01020304");
    expect(written.body.memory?.slice(0, 20)).toBe("00000000010203040000");
    expect(await ask()).toMatchObject({ body: { memory: written.body.memory } });
  });

  it("leaves another chip alone, and writes nothing that is no write of the API", async () => {
    expect(await writeOf("04ffffff", 0, "01020304")).toMatchObject({
      status: 409,
      body: { code: "card-other" },
    });
    for (const [offset, bytes] of [
      [2, "01020304"],
      [0, "0102"],
      [MEMORY_BYTES, "01020304"],
    ] as const)
      expect(await writeOf("04a1b2c3", offset, bytes)).toMatchObject({
        status: 400,
        body: { code: "invalid-body" },
      });
    expect(await ask({ method: "POST", body: "{" })).toMatchObject({
      status: 400,
      body: { code: "bad-json" },
    });
    expect(await ask({ method: "POST", body: "x".repeat(5000) })).toMatchObject({ status: 413 });
    expect(JSON.parse(await readFile(cardFile, "utf8"))).toEqual({ uid: "04a1b2c3", memory: "" });
  });

  it("answers the console's pages alone, under this computer's own name, and only with the code", async () => {
    expect(await ask({ origin: "http://elsewhere.example" })).toMatchObject({ status: 403, body: {} });
    expect(await ask({ host: `elsewhere.example:${service.port}` })).toMatchObject({ status: 403, body: {} });
    expect(await ask({ code: "ABCD-2346" })).toMatchObject({
      status: 401,
      body: { code: "reader-not-paired" },
    });
    expect(await ask({ code: CODE.toLowerCase() })).toMatchObject({ status: 200 });
    expect(await ask({ method: "OPTIONS", code: "" })).toMatchObject({
      status: 204,
      headers: { "access-control-allow-origin": ORIGIN },
    });
  });

  it("says that there is no card, apart from a reader that fails", async () => {
    await rm(cardFile);
    expect(await ask()).toMatchObject({ status: 404, body: { code: "card-absent" } });
    await writeFile(cardFile, "no card");
    expect(await ask()).toMatchObject({ status: 502, body: { code: "reader-failed" } });
  });

  it("shows codes that are read in one way only", () => {
    for (let n = 0; n < 100; n += 1)
      expect(newPairingCode()).toMatch(/^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/);
  });
});
