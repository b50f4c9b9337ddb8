import { expect, it } from "vitest";
import { startTestDatabase } from "../../tests/support/test-database.ts";
import { submitEverything } from "./submit-everything.ts";

it("makes one entry of each request, however often, in whatever order and at whatever time it comes", async () => {
  const database = await startTestDatabase();
  try {
    const result = await submitEverything(database.uri, 1000, 1);
    expect(result).toEqual({ submissions: 1000, requests: 250, entries: 250, faults: [] });
  } finally {
    await database.stop();
  }
});
