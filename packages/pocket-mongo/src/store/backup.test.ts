import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { doc } from "../bson/value.ts";
import { prepareRestore } from "../restore.ts";
import { openSite } from "../testing/open-site.ts";
import { backup } from "./backup.ts";

let folder: string;
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pocket-mongo-backup-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function fill(site: ReturnType<typeof openSite>, from: number, count: number): Promise<void> {
  await site.run(
    doc({ createIndexes: "c", indexes: [doc({ key: doc({ n: 1 }), name: "n_1", unique: true })], $db: "d" }),
  );
  const documents = Array.from({ length: count }, (_, i) => doc({ _id: from + i, n: from + i }));
  const reply = await site.run(doc({ insert: "c", documents, $db: "d" }));
  expect(reply.get("n")).toBe(count);
}

async function restore(source: string, target: string): Promise<number> {
  const staged = await prepareRestore(source, target);
  await staged.apply();
  staged.discard();
  return staged.documents;
}

test("a backup taken while the server writes is one sound moment, and restores", async () => {
  const site = openSite(at("live"));
  await fill(site, 0, 500);
  const copying = backup(at("live"), at("copy"));
  await fill(site, 500, 500);
  const copied = await copying;
  expect(copied.collections).toBe(1);
  expect([500, 1000]).toContain(copied.documents);
  await site.close();

  expect(await restore(at("copy"), at("live"))).toBe(copied.documents);
  const again = openSite(at("live"));
  expect((await again.run(doc({ count: "c", $db: "d" }))).get("n")).toBe(copied.documents);
  await again.close();
  expect(readdirSync(at("live"))).toContain("data.mdb.before-restore");
});

test("a backup goes only into an empty directory", async () => {
  const site = openSite(at("live"));
  await fill(site, 0, 1);
  writeFileSync(join(folder, "other"), "");
  await expect(backup(at("live"), folder)).rejects.toMatchObject({ codeName: "CannotBackup" });
  await expect(backup(at("nothing"), at("copy"))).rejects.toMatchObject({ codeName: "CannotBackup" });
  await site.close();
});

test("a store that is in use and cannot be asked is not replaced", async () => {
  const site = openSite(at("live"));
  await fill(site, 0, 3);
  await backup(at("live"), at("copy"));
  await fill(site, 3, 4);
  const staged = await prepareRestore(at("copy"), at("live"));
  await expect(staged.apply()).rejects.toMatchObject({ codeName: "DBPathInUse" });
  staged.discard();
  expect((await site.run(doc({ count: "c", $db: "d" }))).get("n")).toBe(7);
  await site.close();
});

test("a backup that is not whole or has changed is refused before anything is replaced", async () => {
  const site = openSite(at("live"));
  await fill(site, 0, 3);
  await backup(at("live"), at("copy"));
  await site.close();
  appendFileSync(join(at("copy"), "data.mdb"), "x");
  await expect(prepareRestore(at("copy"), at("live"))).rejects.toMatchObject({ codeName: "CannotBackup" });
  rmSync(join(at("copy"), "backup.json"));
  await expect(prepareRestore(at("copy"), at("live"))).rejects.toMatchObject({ codeName: "CannotBackup" });
  expect(readdirSync(at("live")).filter((name) => name.startsWith("restoring"))).toEqual([]);
  expect(existsSync(join(at("live"), "data.mdb.before-restore"))).toBe(false);
});
