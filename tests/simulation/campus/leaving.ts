import { z } from "zod";
import { anyHousehold, anyTariff, type Campus, circuitIdsOf } from "./campus.ts";
import { readJournal } from "./judge.ts";
import type { OnlinePayments } from "./online-payments.ts";
import type { Desk } from "./people.ts";
import { bringEverything, calm } from "./readings.ts";
import { decideHeldUse } from "./staff.ts";
import { seeThrough } from "./sweep.ts";

const withId = z.object({ id: z.string() });
/** Somebody looks at the figures again: a new maximum came with the last reading, or a grant that pays for use. */
const PROPOSED_ANEW: readonly string[] = ["household-in-debt", "refund-grown"];
const MOST_REFUNDS = 4;
/** What one sale may come to. */
const LARGEST_SALE_MINOR = 10_000_000n;

/** A household leaves with its refund, and another one moves into its room. */
export async function leave(campus: Campus, desk: Desk, online: OnlinePayments): Promise<void> {
  const { server, books, householdIds } = campus;
  const householdId = anyHousehold(campus);
  if (online.isAwaited(householdId)) return;
  const circuitIds = circuitIdsOf(campus, householdId);
  const leaving = { householdId, circuitIds, sinceMs: server.nowMs };
  for (let refunds = 1; ; refunds += 1) {
    const problems = await settle(campus, desk, leaving);
    if (problems.length === 0) break;
    if (refunds === MOST_REFUNDS || !problems.every((code) => PROPOSED_ANEW.includes(code))) {
      campus.find(`${householdId} cannot leave: ${problems.join(", ")}`);
      return;
    }
    campus.count(`refunds anew: ${problems.join(", ")}`);
  }
  books.household(householdId).isClosed = true;
  for (const circuitId of circuitIds) books.circuitHousehold.delete(circuitId);
  campus.householdIds = householdIds.filter((id) => id !== householdId);
  desk.forget(householdId);
  online.forget(householdId);
  campus.count("refunds");
  await moveIn(campus, householdId, circuitIds);
}

/** Proposes what it would get now and has it approved. Returns what kept it from its refund. */
async function settle(
  campus: Campus,
  desk: Desk,
  {
    householdId,
    circuitIds,
    sinceMs,
  }: { householdId: string; circuitIds: readonly string[]; sinceMs: number },
): Promise<string[]> {
  const { server, books } = campus;
  await bringEverything(campus);
  await calm(campus, circuitIds);
  await decideHeldUse(campus, 1);
  // What was released is owed from now on.
  await readJournal(campus, sinceMs);
  await payDebts(campus, desk, householdId);
  const refund = await server.need(withId, {
    method: "POST",
    path: "/refunds",
    key: server.newKey(),
    who: "clerk",
    body: { householdIds: [householdId], reason: "end of term" },
  });
  books.household(householdId).isLeaving = true;
  const job = await server.need(withId, {
    method: "POST",
    path: `/refunds/${refund.id}/approve`,
    key: server.newKey(),
    who: "second-clerk",
  });
  return seeThrough(campus, job.id, circuitIds, PROPOSED_ANEW);
}

/** More than a day's standing charge and what is used meanwhile. */
async function payDebts({ books }: Campus, desk: Desk, householdId: string): Promise<void> {
  const debtMinor = -books.live(householdId).liveNano / books.nanoPerMinor;
  let dueMinor = debtMinor + 10_000_000_000n / books.nanoPerMinor;
  for (; dueMinor > 0n; dueMinor -= LARGEST_SALE_MINOR)
    await desk.sellTo(householdId, Number(dueMinor < LARGEST_SALE_MINOR ? dueMinor : LARGEST_SALE_MINOR));
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
  const openedMs = Date.parse(row.openedAt);
  books.addHousehold(
    { householdId, tariffId: tariff.id, versions: tariff.versions },
    { residents: 0, tags: [], openedMs, standingFrom: wall.dayAt(openedMs) },
  );
  unitIds.delete(formerId);
  unitIds.set(householdId, unitId);
  campus.householdIds = [...campus.householdIds, householdId];
  for (const circuitId of circuitIds) {
    const path = `/circuits/${circuitId}`;
    await server.need(z.unknown(), { method: "PATCH", path, body: { householdId } });
    books.circuitHousehold.set(circuitId, householdId);
  }
}
