import { describe, expect, it } from "vitest";
import { cardReaderAt, pairingOf } from "./card-reader.ts";
import { forgetPairing, keepPairing, readPairing } from "./kept-pairing.ts";

const PAIRING = { port: 4006, code: "ABCD-2345" };

describe("pairing", () => {
  it.each([
    ["4006", "ABCD-2345", PAIRING],
    [" 4006 ", "abcd 2345", PAIRING],
    ["0", "ABCD-2345", null],
    ["65536", "ABCD-2345", null],
    ["port", "ABCD-2345", null],
    ["4006", "ABCD-234", null],
    ["4006", "", null],
  ])("of port %j and code %j", (port, code, expected) => {
    expect(pairingOf(port, code)).toEqual(expected);
  });

  it("is kept for this computer until it is forgotten", () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
    expect(readPairing(storage)).toBeNull();
    keepPairing(storage, PAIRING);
    expect(readPairing(storage)).toEqual(PAIRING);
    forgetPairing(storage);
    expect(readPairing(storage)).toBeNull();
  });
});

describe("the reader of this computer", () => {
  const seen = { uid: "04a1b2c3", memory: "00" };
  const asked: { url: string; init: RequestInit | undefined }[] = [];
  const readerThat = (answer: () => Response) =>
    cardReaderAt(PAIRING, async (url, init) => {
      asked.push({ url: String(url), init });
      return answer();
    });

  it("is asked on the loopback, with the code", async () => {
    const reader = readerThat(() => Response.json(seen));
    expect(await reader.read()).toEqual(seen);
    expect(asked.at(-1)).toMatchObject({
      url: "http://127.0.0.1:4006/card",
      init: { method: "GET", headers: { Authorization: "Bearer ABCD-2345" } },
    });
    await reader.write("04a1b2c3", { offset: 0, bytes: "0102" });
    expect(JSON.parse(String(asked.at(-1)?.init?.body))).toEqual({
      uid: "04a1b2c3",
      write: { offset: 0, bytes: "0102" },
    });
  });

  it("says what it refused, and that it is away", async () => {
    const refused = readerThat(() =>
      Response.json({ code: "card-absent", detail: "No card" }, { status: 404 }),
    );
    await expect(refused.read()).rejects.toMatchObject({ code: "card-absent", failureClass: "permanent" });
    const away = readerThat(() => {
      throw new TypeError("Failed to fetch");
    });
    await expect(away.read()).rejects.toMatchObject({ code: "reader-unreachable" });
    const somethingElse = readerThat(() => Response.json({ hello: "there" }));
    await expect(somethingElse.read()).rejects.toMatchObject({ code: "reader-unreachable" });
  });
});
