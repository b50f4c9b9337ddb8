import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { MemoryTables } from "../testing/memory-tables.ts";
import { openLmdbTables } from "./lmdb-tables.ts";
import type { Tables } from "./tables.ts";

const directories: string[] = [];
function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "hallmeter-tables-"));
  directories.push(directory);
  return directory;
}
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

const KINDS: [string, () => Tables][] = [
  ["LMDB", () => openLmdbTables(newDirectory())],
  ["memory", () => new MemoryTables()],
];

describe.each(KINDS)("tables in %s", (_name, open) => {
  it("keeps entries in the order of their keys", async () => {
    const tables = open();
    await tables.write(
      [
        [1, 2],
        [0, 7],
        [1, 10],
        [1, 1],
        [0, 100],
      ].map((key) => ({ table: "outbox", key, value: { key } })),
    );
    const keys = [...tables.entries("outbox")].map(({ key }) => key);
    expect(keys).toEqual([
      [0, 7],
      [0, 100],
      [1, 1],
      [1, 2],
      [1, 10],
    ]);
    expect([...tables.entries("outbox", { from: [0, 100], to: [1, 2] })].map(({ key }) => key)).toEqual([
      [0, 100],
      [1, 1],
    ]);
    expect([...tables.entries("outbox", { limit: 1 })].map(({ value }) => value)).toEqual([{ key: [0, 7] }]);
    expect(tables.lastKey("outbox")).toEqual([1, 10]);
    expect(tables.lastKey("outbox", [1, 0])).toEqual([0, 100]);
    expect(tables.lastKey("events")).toBeUndefined();
    await tables.close();
  });

  it("writes several tables at once, and forgets what is removed", async () => {
    const tables = open();
    await tables.write([
      { table: "meta", key: "a", value: 1 },
      { table: "events", key: 5, value: { text: "ü 电" } },
    ]);
    await tables.write([{ table: "meta", key: "a" }]);
    expect(tables.get("meta", "a")).toBeUndefined();
    expect(tables.get("events", 5)).toEqual({ text: "ü 电" });
    expect(tables.size("events").count).toBe(1);
    expect(tables.size("events").bytes).toBeGreaterThan(0);
    await tables.close();
  });
});

describe("the LMDB directory", () => {
  it("belongs to one process at a time and is free again after closing", async () => {
    const directory = newDirectory();
    const first = openLmdbTables(directory);
    expect(() => openLmdbTables(directory)).toThrow(expect.objectContaining({ code: "store-locked" }));
    await first.write([{ table: "meta", key: "a", value: 1 }]);
    await first.close();
    const second = openLmdbTables(directory);
    expect(second.get("meta", "a")).toBe(1);
    await second.close();
  });
});
