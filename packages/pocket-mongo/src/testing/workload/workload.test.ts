import { afterAll, beforeAll, expect, test } from "vitest";
import { startTemporaryServer, type TemporaryServer } from "../temporary-server.ts";
import { runSequence } from "./run-sequence.ts";

let temporary: TemporaryServer;

beforeAll(async () => {
  temporary = await startTemporaryServer();
});

afterAll(async () => {
  await temporary?.stop();
});

const sequences = 60;
const firstSeed = Number(process.env.HALLMETER_TEST_SEED);

test(`${sequences} random sequences of operations leave the server as a plain model (seeds from ${firstSeed})`, async () => {
  const database = temporary.client.db("workload");
  for (let seed = firstSeed; seed < firstSeed + sequences; seed += 1)
    await expect(runSequence(database, seed, 60)).resolves.toBeUndefined();
});
