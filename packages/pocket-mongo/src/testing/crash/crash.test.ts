import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Random } from "../random.ts";
import { crashRound, newcomers } from "./crash-round.ts";

const rounds = 5;
const seed = Number(process.env.HALLMETER_TEST_SEED);

test(`after each of ${rounds} kills under 64 writers all that was acknowledged is there, whole and indexed (seed ${seed})`, async () => {
  const directory = mkdtempSync(join(tmpdir(), "pocket-mongo-crash-"));
  const random = new Random(seed);
  const writers = newcomers();
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const { acknowledged, wrong } = await crashRound(directory, writers, random);
      expect(wrong).toEqual([]);
      expect(acknowledged).toBeGreaterThan(0);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}, 60_000);
