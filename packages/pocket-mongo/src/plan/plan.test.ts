import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Doc, doc, isDoc, type Value } from "../bson/value.ts";
import { openSite } from "../testing/open-site.ts";

const directory = mkdtempSync(join(tmpdir(), "pocket-mongo-plan-"));
let site: ReturnType<typeof openSite>;

const specs: readonly Doc[] = [
  doc({ key: doc({ ref: 1 }), name: "ref", unique: true }),
  doc({ key: doc({ site: 1, at: -1 }), name: "site_at" }),
  doc({ key: doc({ tag: 1 }), name: "tag", sparse: true }),
  doc({ key: doc({ "rows.n": 1 }), name: "rows", sparse: true }),
  doc({ key: doc({ state: 1 }), name: "open", partialFilterExpression: doc({ open: true }) }),
];

beforeAll(async () => {
  site = openSite(directory);
  await site.run(doc({ createIndexes: "c", indexes: [...specs], $db: "d" }));
  const documents = Array.from({ length: 200 }, (_, i) =>
    doc({
      _id: i,
      ref: `r${i}`,
      site: i % 4,
      at: i,
      tag: i % 2 ? "odd" : undefined,
      state: i % 3,
      open: i % 5 === 0,
      rows: [doc({ n: i })],
    }),
  );
  await site.run(doc({ insert: "c", documents, $db: "d" }));
});

afterAll(async () => {
  await site.close();
  rmSync(directory, { recursive: true });
});

async function explain(
  fields: Record<string, Value>,
): Promise<{ index: string; sorts: boolean; keys: Value }> {
  const reply = await site.run(
    doc({ explain: doc({ find: "c", ...fields }), verbosity: "executionStats", $db: "d" }),
  );
  const stages: Doc[] = [];
  let stage = (reply.get("queryPlanner") as Doc).get("winningPlan");
  while (isDoc(stage)) {
    stages.push(stage);
    stage = stage.get("inputStage");
  }
  const last = stages[stages.length - 1] as Doc;
  return {
    index: (last.get("indexName") ?? last.get("stage")) as string,
    sorts: stages.some((one) => one.get("stage") === "SORT"),
    keys: (reply.get("executionStats") as Doc).get("totalKeysExamined") as Value,
  };
}

const ops = (fields: Record<string, Value>): Doc => doc(fields);

test.each<[string, Record<string, Value>, { index: string; sorts: boolean; keys?: number }]>([
  ["a unique look-up", { filter: ops({ ref: "r7" }) }, { index: "ref", sorts: false, keys: 1 }],
  [
    "$in",
    { filter: ops({ ref: ops({ $in: ["r7", "r9", "none"] }) }) },
    { index: "ref", sorts: false, keys: 2 },
  ],
  [
    "equality and a range, sorted by the index",
    { filter: ops({ site: 1, at: ops({ $gte: 100 }) }), sort: ops({ at: -1 }) },
    { index: "site_at", sorts: false, keys: 25 },
  ],
  [
    "the same backwards",
    { filter: ops({ site: 1 }), sort: ops({ at: 1 }) },
    { index: "site_at", sorts: false, keys: 50 },
  ],
  [
    "a sort the index does not have",
    { filter: ops({ site: ops({ $gte: 1 }) }), sort: ops({ at: 1 }) },
    { index: "site_at", sorts: true },
  ],
  [
    "a sparse index where the field must be there",
    { filter: ops({ tag: "odd" }) },
    { index: "tag", sorts: false },
  ],
  [
    "no sparse index for a missing field",
    { filter: ops({ tag: null }) },
    { index: "COLLSCAN", sorts: false },
  ],
  [
    "no sparse index for a field an element may lack",
    { filter: ops({ rows: ops({ $elemMatch: ops({ n: null }) }) }) },
    { index: "COLLSCAN", sorts: false },
  ],
  [
    "a partial index the filter implies",
    { filter: ops({ state: 1, open: true }) },
    { index: "open", sorts: false },
  ],
  ["no partial index it does not imply", { filter: ops({ state: 1 }) }, { index: "COLLSCAN", sorts: false }],
  ["a hint", { filter: ops({}), hint: "site_at" }, { index: "site_at", sorts: false, keys: 200 }],
])("%s", async (_name, fields, expected) => {
  expect(await explain(fields)).toMatchObject(expected);
});
