import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "@hallmeter/pocket-mongo";
import { MongoClient } from "mongodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { backUpFromTerminal, restoreFromTerminal, type Terminal } from "./backup.ts";

let folder: string;
let env: NodeJS.ProcessEnv;
let printed: string[];
const print = (line: string) => void printed.push(line);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hallmeter-backup-"));
  env = { HALLMETER_DATA: folder };
  printed = [];
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const answering = (answer: string | undefined, told: string[] = []): Terminal => ({
  interactive: true,
  tell: (line) => void told.push(line),
  ask: async (question) => {
    told.push(question);
    return answer;
  },
});

/** A running store with one document backed up and a second one since. */
async function withStore(run: (count: () => Promise<number>, copy: string) => Promise<void>): Promise<void> {
  const server = await startServer({ dbPath: join(folder, "store"), settlingMs: 0 });
  const using = async <Result>(work: (client: MongoClient) => Promise<Result>): Promise<Result> => {
    const client = await MongoClient.connect(server.uri);
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  };
  const add = () => using((client) => client.db("d").collection("c").insertOne({}));
  try {
    await add();
    await backUpFromTerminal(join(folder, "copy"), { json: true }, env, print, answering(undefined));
    await add();
    await run(() => using((client) => client.db("d").collection("c").countDocuments()), join(folder, "copy"));
  } finally {
    await server.close();
  }
}

test("a running store is backed up and restored after a yes", async () => {
  await withStore(async (count, copy) => {
    expect(JSON.parse(printed[0] as string)).toEqual({ collections: 1, documents: 1 });
    const told: string[] = [];
    await restoreFromTerminal(copy, { json: true }, env, print, answering("yes", told));
    expect(told[2]).toContain("which a server is using now");
    expect(JSON.parse(printed[1] as string)).toEqual({ collections: 1, documents: 1, running: true });
    expect(await count()).toBe(1);
  });
});

test.each([["no"], [""], [undefined]])("nothing is replaced after the answer %s", async (answer) => {
  await withStore(async (count, copy) => {
    await expect(restoreFromTerminal(copy, {}, env, print, answering(answer))).rejects.toThrow(
      "nothing was replaced",
    );
    expect(await count()).toBe(2);
  });
});

test("where nobody can be asked, only --yes restores", async () => {
  const unattended: Terminal = { ...answering("yes"), interactive: false };
  await withStore(async (count, copy) => {
    await expect(restoreFromTerminal(copy, {}, env, print, unattended)).rejects.toThrow("--yes");
    await restoreFromTerminal(copy, { yes: true }, env, print, unattended);
    expect(await count()).toBe(1);
  });
});

test("a store of one's own is left to its own tools", async () => {
  const own = { ...env, MONGODB_URI: "mongodb://db.example/" };
  await expect(backUpFromTerminal(join(folder, "copy"), {}, own, print)).rejects.toThrow("mongodump");
  await expect(restoreFromTerminal(join(folder, "copy"), {}, own, print)).rejects.toThrow("mongorestore");
});
