import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ServerProcess } from "../server-process.ts";
import { fuzzServer } from "./fuzz.ts";

const seed = Number(process.env.HALLMETER_TEST_SEED);

test(`2,000 mutated frames neither stop nor hang the server (seed ${seed})`, async () => {
  const directory = mkdtempSync(join(tmpdir(), "pocket-mongo-fuzz-"));
  const server = await ServerProcess.start(directory);
  try {
    const result = await fuzzServer(server, seed, 2000);
    // Many frames are refused politely and the connection goes on; if none were, nothing behind the framing was tested.
    expect(result.answered).toBeGreaterThan(200);
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
});
