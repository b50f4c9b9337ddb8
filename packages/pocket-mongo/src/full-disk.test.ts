import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MongoClient } from "mongodb";
import { expect, test } from "vitest";

const pocketMongod = fileURLToPath(new URL("../bin/pocket-mongod.mjs", import.meta.url));

/** A server whose files may not pass 8 MiB: to LMDB that is a full disk. The ignored signal would else end the process. */
async function startOnSmallDisk(dbPath: string) {
  const command = `trap '' XFSZ; ulimit -f 16384; exec "$0" "$1" --port 0 --dbpath "$2"`;
  const child = spawn("sh", ["-c", command, process.execPath, pocketMongod, dbPath], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const { port } = JSON.parse(line.toString()) as { port: number };
  return {
    uri: `mongodb://127.0.0.1:${port}/`,
    stop: async () => {
      child.kill("SIGINT");
      const [code] = (await once(child, "exit")) as [number];
      return code;
    },
  };
}

test("a full disk refuses writes, keeps reads, and takes writes again once something is removed", async () => {
  const dbPath = mkdtempSync(join(tmpdir(), "pocket-mongo-full-"));
  const server = await startOnSmallDisk(dbPath);
  const client = await MongoClient.connect(server.uri);
  const rows = client.db("d").collection<{ _id: number; pad: string }>("rows");
  const pad = "x".repeat(50_000);
  let stored = 0;
  let refusal: unknown;
  while (refusal === undefined && stored < 1000) {
    try {
      await rows.insertOne({ _id: stored, pad });
      stored += 1;
    } catch (error) {
      refusal = error;
    }
  }
  expect(refusal).toMatchObject({ code: 14031, codeName: "OutOfDiskSpace" });
  expect(await rows.countDocuments({ _id: { $gte: 0 } })).toBe(stored);
  expect(await client.db("d").command({ validate: "rows" })).toMatchObject({ valid: true, nrecords: stored });

  expect((await rows.deleteMany({ _id: { $lt: 20 } })).deletedCount).toBe(20);
  await rows.insertOne({ _id: 5000, pad });
  expect(await rows.findOne({ _id: 5000 }, { projection: { pad: 0 } })).toEqual({ _id: 5000 });
  await client.close();
  expect(await server.stop()).toBe(0);
  rmSync(dbPath, { recursive: true });
});
