import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Doc, doc } from "../bson/value.ts";
import { openSite } from "../testing/open-site.ts";
import { Store } from "./store.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pocket-mongo-patient-"));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a patient write shares the commit of the next one that somebody waits for", async () => {
  const store = Store.open(folder);
  const order: string[] = [];
  const patient = store.write(() => order.push("patient"), "patient");
  await turn();
  expect(store.figures).toMatchObject({ commits: 0, writes: 0 });
  await Promise.all([patient, store.write(() => order.push("at once"))]);
  expect(order).toEqual(["at once", "patient"]);
  expect(store.figures).toMatchObject({ commits: 1, writes: 2 });
  await store.close();
});

test("patient writes are committed together when nobody else comes", async () => {
  const store = Store.open(folder);
  const both = Promise.all([1, 2].map((number) => store.write(() => number, "patient")));
  await vi.advanceTimersByTimeAsync(19);
  expect(store.figures.commits).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(await both).toEqual([1, 2]);
  expect(store.figures).toMatchObject({ commits: 1, writes: 2 });
  await store.close();
});

test("patient writes hold up the commit that they share for a short time only", async () => {
  const store = Store.open(folder);
  const slow = () => {
    const end = performance.now() + 6;
    while (performance.now() < end);
  };
  const patient = Promise.all([slow, slow, slow].map((one) => store.write(one, "patient")));
  for (const writes of [2, 4, 6]) {
    await store.write(() => undefined);
    expect(store.figures).toMatchObject({ commits: writes / 2, writes });
  }
  await patient;
  await store.close();
});

test("a store that closes commits what still waits", async () => {
  const store = Store.open(folder);
  const patient = store.write(() => "done", "patient");
  await store.close();
  expect(await patient).toBe("done");
});

test.each<[string, number, Doc]>([
  ["nothing", 1, doc({})],
  ["a majority", 1, doc({ writeConcern: doc({ w: "majority", j: true }) })],
  ["one server", 1, doc({ writeConcern: doc({ w: 1 }) })],
  ["one server's journal", 1, doc({ writeConcern: doc({ w: 1, j: true }) })],
  ["one server's memory", 0, doc({ writeConcern: doc({ w: 1, j: false }) })],
])("a write that asks for %s has %i commit of its own at once", async (_, commits, concern) => {
  const site = openSite(folder);
  await site.run(doc({ insert: "c", documents: [doc({ _id: 0, n: 0 })], $db: "d" }));
  const statements: Doc[] = [
    doc({ insert: "c", documents: [doc({ _id: 1 })], $db: "d" }),
    doc({ update: "c", updates: [doc({ q: doc({ _id: 0 }), u: doc({ $inc: doc({ n: 1 }) }) })], $db: "d" }),
    doc({ findAndModify: "c", query: doc({ _id: 0 }), update: doc({ $inc: doc({ n: 1 }) }), $db: "d" }),
    doc({ delete: "c", deletes: [doc({ q: doc({ n: 2 }), limit: 1 })], $db: "d" }),
  ];
  for (const statement of statements) {
    const before = site.store.figures.commits;
    const running = site.run(new Map([...statement, ...concern]));
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(site.store.figures.commits - before).toBe(commits);
    await vi.advanceTimersByTimeAsync(20);
    expect((await running).get("ok")).toBe(1);
    expect(site.store.figures.commits - before).toBe(1);
  }
  await site.close();
});
