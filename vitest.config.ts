import { defineConfig } from "vitest/config";

// "unit" stands beside the sources; "whole" needs more than one process or app and runs one file at a time.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "packages/*/src/**/*.test.ts",
            "apps/*/{src,page}/**/*.test.{ts,tsx}",
            "scripts/**/*.test.ts",
          ],
          setupFiles: ["scripts/check/seed.ts"],
          globalSetup: ["tests/support/shared-store.ts"],
          // Half the time of these tests would be the loading of the same modules again.
          isolate: false,
          // A long search of properties takes as long as it takes.
          testTimeout: process.env.HALLMETER_TEST_RUNS === undefined ? 30_000 : 0,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: "whole",
          include: ["tests/**/*.test.ts"],
          setupFiles: ["scripts/check/seed.ts"],
          fileParallelism: false,
          // After the others: a whole site on a busy machine would break promises that it keeps.
          sequence: { groupOrder: 1 },
          testTimeout: 240_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
