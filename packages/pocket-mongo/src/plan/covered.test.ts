import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decode } from "../bson/decode.ts";
import { type Doc, doc, type RawDocument, type Value } from "../bson/value.ts";
import { openSite } from "../testing/open-site.ts";

const directory = mkdtempSync(join(tmpdir(), "pocket-mongo-covered-"));
const STATES: readonly Value[] = ["raised", "acknowledged", "cleared", "", "raised ", null, 1];
let site: ReturnType<typeof openSite>;

beforeAll(async () => {
  site = openSite(directory);
  const indexes = [
    doc({ key: doc({ site: 1, state: 1, at: -1 }), name: "site_state_at" }),
    doc({ key: doc({ tags: 1 }), name: "tags" }),
    doc({ key: doc({ kind: -1 }), name: "open_kind", partialFilterExpression: doc({ open: true }) }),
  ];
  await site.run(doc({ createIndexes: "c", indexes, $db: "d" }));
  const documents = Array.from({ length: 300 }, (_, at) => {
    const state = STATES[at % STATES.length];
    const fields = { _id: at, site: `s${at % 3}`, at, kind: `k${at % 2}`, tags: ["a", `t${at % 4}`] };
    return doc({ ...fields, open: at % 5 === 0, ...(state === undefined ? {} : { state }) });
  });
  await site.run(doc({ insert: "c", documents, $db: "d" }));
});
afterAll(async () => {
  await site.close();
  rmSync(directory, { recursive: true });
});

const firstBatch = (reply: Doc): RawDocument[] =>
  (reply.get("cursor") as Doc).get("firstBatch") as RawDocument[];

async function counted(filter: Doc): Promise<Value | undefined> {
  const group = doc({ $group: doc({ _id: 1, n: doc({ $sum: 1 }) }) });
  const pipeline = [doc({ $match: filter }), group];
  const [row] = firstBatch(await site.run(doc({ aggregate: "c", pipeline, cursor: doc({}), $db: "d" })));
  return row === undefined ? 0 : decode(row.bytes).get("n");
}
async function found(filter: Doc): Promise<number> {
  return firstBatch(await site.run(doc({ find: "c", filter, batchSize: 1000, $db: "d" }))).length;
}

const word = fc.constantFrom<Value>(
  "s0",
  "s1",
  "s2",
  "none",
  "raised",
  "acknowledged",
  "cleared",
  "",
  "raised ",
);
const said = fc.oneof(
  word,
  fc.array(word, { maxLength: 4 }).map((words) => doc({ $in: words })),
  fc.constantFrom<Value>(null, 1, doc({ $gt: "a" }), doc({ $ne: "raised" })),
);
const filter = fc
  .record(
    {
      site: said,
      state: said,
      kind: said,
      tags: said,
      open: fc.boolean(),
      at: fc.constant(doc({ $lt: 50 })),
    },
    { requiredKeys: [] },
  )
  .map((fields) => doc(fields));

test("counting without reading gives what reading gives", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(filter, { minLength: 1, maxLength: 2 }), async (filters) => {
      const both = doc({ $and: filters });
      expect(await counted(both)).toBe(await found(both));
    }),
    { numRuns: 100 },
  );
});

test.each<[string, Doc, number]>([
  ["one state of a site", doc({ site: "s1", state: "raised" }), 14],
  ["several, named twice", doc({ site: "s1", state: doc({ $in: ["raised", "raised", "cleared"] }) }), 28],
  ["none", doc({ site: "s9" }), 0],
])("%s", async (_name, filter, expected) => {
  expect(await counted(filter)).toBe(expected);
});
