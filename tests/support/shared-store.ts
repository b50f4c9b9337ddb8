/** One embedded store for all unit tests, a database in it for each file: its start takes longer than most files do. */
import type { TestProject } from "vitest/node";
import { startTestDatabase } from "./test-database.ts";

export default async function shareStore(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (process.env.HALLMETER_TEST_DB) return undefined;
  const store = await startTestDatabase();
  project.config.env = { ...project.config.env, HALLMETER_TEST_DB: store.uri };
  return () => store.stop();
}
