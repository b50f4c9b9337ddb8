import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Doc, doc, type Value } from "../bson/value.ts";
import { openSite } from "../testing/open-site.ts";

const directory = mkdtempSync(join(tmpdir(), "pocket-mongo-edges-"));
let site: ReturnType<typeof openSite>;

/** Neighbours whose keys end with 0xfa to 0xff and with 0x00 to 0x05. */
const count = 12;
const firstMs = 2216997840890;
const values = Array.from({ length: count }, (_, i) => new Date(firstMs + i));

beforeAll(async () => {
  site = openSite(directory);
  const indexes = [
    doc({ key: doc({ site: 1, at: 1 }), name: "up" }),
    doc({ key: doc({ site: 1, at: -1, _id: -1 }), name: "down" }),
  ];
  await site.run(doc({ createIndexes: "c", indexes, $db: "d" }));
  const documents = values.map((at, i) => doc({ _id: i, site: "s", at }));
  await site.run(doc({ insert: "c", documents, $db: "d" }));
});

afterAll(async () => {
  await site.close();
  rmSync(directory, { recursive: true });
});

async function found(condition: Record<string, Value>, hint: string): Promise<number> {
  const filter = doc({ site: "s", at: doc(condition) });
  const reply = await site.run(doc({ count: "c", query: filter, hint, $db: "d" }));
  return Number((reply as Doc).get("n"));
}

test.each(["up", "down"])(
  "an index that goes %s has every edge on the right side of its key",
  async (hint) => {
    for (const [i, at] of values.entries()) {
      expect(await found({ $gte: at }, hint), `$gte ${at.toISOString()}`).toBe(count - i);
      expect(await found({ $gt: at }, hint), `$gt ${at.toISOString()}`).toBe(count - i - 1);
      expect(await found({ $lte: at }, hint), `$lte ${at.toISOString()}`).toBe(i + 1);
      expect(await found({ $lt: at }, hint), `$lt ${at.toISOString()}`).toBe(i);
    }
  },
);
