import { z } from "zod";
import type { Campus } from "./campus.ts";
import { expectStanding } from "./judge.ts";
import { readNow } from "./readings.ts";
import { decideHeldUse } from "./staff.ts";

const job = z.object({ state: z.string() });
const jobItems = z.array(z.object({ problem: z.object({ code: z.string() }).nullable() }));
/** Somebody who leaves behind an open relay goes on using a little. */
const UNDECIDED = "use-undecided";
/** A job whose meters are being read rests for 10 s; a meter has 75 s to answer. */
const LOOK_EVERY_MS = 12_000;
/** Each death costs one or two. */
const MOST_LOOKS = 40;

/** Everything that is due by the calendar, and every job that waits. */
export async function sweep(campus: Campus): Promise<void> {
  const { server, books } = campus;
  await server.work(() => {
    expectStanding(campus);
    books.entitlements.expect(campus.householdIds, (id) => books.household(id), server.nowMs);
  });
  books.entitlements.swept(server.nowMs);
}

/**
 * Until the job is done; the meters answer as often as they are asked, and what is held meanwhile is decided. What fails is tried
 * again, but for reasons that only another job gets over. Returns what kept it from its end, nothing where it came there.
 */
export async function seeThrough(
  campus: Campus,
  jobId: string,
  circuitIds: readonly string[],
  lasting: readonly string[] = [],
): Promise<string[]> {
  const { server } = campus;
  const met = new Set<string>();
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    await sweep(campus);
    const { state } = await server.need(job, { method: "GET", path: `/jobs/${jobId}` });
    if (state === "done") return [];
    if (state === "failed") {
      const problems = await problemsOf(campus, jobId);
      if (problems.some((code) => lasting.includes(code))) return problems;
      for (const code of problems) met.add(code);
      if (problems.includes(UNDECIDED)) await decideHeldUse(campus, 1);
      await server.ask({ method: "POST", path: `/jobs/${jobId}/resume`, who: "clerk" });
    }
    server.advance(LOOK_EVERY_MS);
    await readNow(campus, circuitIds);
  }
  return [...met, "no end"];
}

async function problemsOf({ server }: Campus, jobId: string): Promise<string[]> {
  const items = await server.need(jobItems, { method: "GET", path: `/jobs/${jobId}/items` });
  return items.flatMap(({ problem }) => problem?.code ?? []);
}
