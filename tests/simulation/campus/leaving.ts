import { z } from "zod";
import { anyTariff, type Campus } from "./campus.ts";
import { expectStanding } from "./judge.ts";
import type { Desk } from "./people.ts";
import { bringEverything, readNow } from "./readings.ts";
import { decideHeldUse } from "./staff.ts";

const withId = z.object({ id: z.string() });
const job = z.object({ id: z.string(), state: z.string(), failed: z.int() });
/** A job whose meters are being read rests for 10 s; a meter has 75 s to answer. */
const LOOK_EVERY_MS = 12_000;
/** Each death costs one or two. */
const MOST_LOOKS = 40;

/** A household leaves with its refund, and another one moves into its room. */
export async function leave(campus: Campus, desk: Desk): Promise<void> {
  const { server, random, books, householdIds } = campus;
  const householdId = householdIds[random.integer(0, householdIds.length - 1)] ?? "";
  const circuitIds = [...books.circuitHousehold].flatMap(([id, owner]) =>
    owner === householdId ? [id] : [],
  );
  await bringEverything(campus);
  await readNow(campus, circuitIds);
  await decideHeldUse(campus, 1);
  await payDebts(campus, desk, householdId);
  const proposal = { householdIds: [householdId], reason: "end of term" };
  const refund = await server.need(withId, {
    method: "POST",
    path: "/refunds",
    key: server.newKey(),
    who: "clerk",
    body: proposal,
  });
  books.household(householdId).isLeaving = true;
  const approved = await server.need(job, {
    method: "POST",
    path: `/refunds/${refund.id}/approve`,
    key: server.newKey(),
    who: "second-clerk",
  });
  if (!(await settle(campus, approved.id, circuitIds))) {
    campus.find(`refund ${refund.id} is not settled`);
    return;
  }
  books.household(householdId).isClosed = true;
  for (const circuitId of circuitIds) books.circuitHousehold.delete(circuitId);
  campus.householdIds = householdIds.filter((id) => id !== householdId);
  desk.forget(householdId);
  campus.count("refunds");
  await moveIn(campus, householdId, circuitIds);
}

/** More than a day's standing charge and what is used meanwhile. */
async function payDebts({ books }: Campus, desk: Desk, householdId: string): Promise<void> {
  const debtMinor = -books.live(householdId).liveNano / books.nanoPerMinor;
  const marginMinor = 10_000_000_000n / books.nanoPerMinor;
  if (debtMinor > -marginMinor) await desk.sellTo(householdId, Number(debtMinor + marginMinor));
}

/** Its meters answer as often as they are asked. */
async function settle(campus: Campus, jobId: string, circuitIds: readonly string[]): Promise<boolean> {
  const { server } = campus;
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    await server.work(() => expectStanding(campus));
    const { state } = await server.need(job, { method: "GET", path: `/jobs/${jobId}` });
    if (state === "done") return true;
    if (state === "failed") await server.ask({ method: "POST", path: `/jobs/${jobId}/resume`, who: "clerk" });
    server.advance(LOOK_EVERY_MS);
    await readNow(campus, circuitIds);
  }
  return false;
}

async function moveIn(campus: Campus, formerId: string, circuitIds: readonly string[]): Promise<void> {
  const { server, books, wall, unitIds } = campus;
  const unitId = unitIds.get(formerId) ?? "";
  const tariff = anyTariff(campus);
  const name = `Household after ${formerId}`;
  const body = { unitId, name, tariffId: tariff.id };
  const openedDay = wall.dayAt(server.nowMs);
  await server.ask({ method: "POST", path: "/households", body });
  // Asked again after a death, the first time may have done it: who lives there now says it.
  const filter = encodeURIComponent(JSON.stringify({ unitId, status: "open" }));
  const rows = z.array(z.object({ id: z.string(), openedAt: z.string() }));
  const [row] = await server.need(rows, { method: "GET", path: `/households?filter=${filter}` });
  if (row === undefined) {
    campus.find(`nobody could move in after ${formerId} on ${openedDay}`);
    return;
  }
  const { id: householdId } = row;
  books.addHousehold(householdId, 0, { householdId, tariffId: tariff.id, versions: tariff.versions });
  books.household(householdId).standingFrom = wall.dayAt(Date.parse(row.openedAt));
  unitIds.set(householdId, unitId);
  campus.householdIds = [...campus.householdIds, householdId];
  for (const circuitId of circuitIds) {
    const path = `/circuits/${circuitId}`;
    await server.need(z.unknown(), { method: "PATCH", path, body: { householdId } });
    books.circuitHousehold.set(circuitId, householdId);
  }
}
