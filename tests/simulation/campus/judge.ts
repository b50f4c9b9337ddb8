import { verifyAudit, verifyLedger } from "@hallmeter/vending-api";
import { z } from "zod";
import { rebuildBalances } from "../../../apps/vending-api/src/ledger/rebuild-balances.ts";
import { verifyAccruals } from "../../../apps/vending-api/src/rating/verify-accruals.ts";
import type { Campus } from "./campus.ts";
import type { HouseholdBook } from "./household-book.ts";
import type { UseState } from "./plain-circuit.ts";
import { versionAt } from "./plain-circuit.ts";
import { startOfDayMs } from "./plain-grants.ts";

const balanceAnswer = z.object({
  ledgerMinor: z.int(),
  liveMinor: z.int(),
  grants: z.array(z.object({ grantId: z.string(), amount: z.int() })),
});
const accountRows = z.array(z.object({ account: z.string(), commodity: z.string(), amount: z.int() }));
const NANO_PER_MICRO = 1000n;

/** Standing charges that the next sweep must find: every day that is over, under the household's tariff of now. */
export function expectStanding(campus: Campus): void {
  const { server, wall, books, openedDay } = campus;
  const today = wall.dayAt(server.nowMs);
  for (const [householdId, book] of books.households)
    for (let day = book.standingFrom ?? openedDay; isStandingDue(book, day, today); ) {
      const startMs = startOfDayMs(wall, day);
      const version = versionAt(book.payer, startMs);
      const nano = BigInt(version.scheme.standingMicroPerDay) * NANO_PER_MICRO;
      const startsAt = new Date(startMs).toISOString();
      if (nano > 0n)
        books.standing.set(`standing:${householdId}:${day}`, { householdId, nano, version, startsAt });
      day = wall.dayAt(wall.nextDayMs(startMs));
      book.standingFrom = day;
    }
}

function isStandingDue({ isClosed, isLeaving }: HouseholdBook, day: string, today: string): boolean {
  if (isClosed) return false;
  return day < today || (isLeaving === true && day === today);
}

/** Takes everything new in the journal. */
export async function readJournal({ server, siteId, books }: Campus, sinceMs: number): Promise<void> {
  const rows = await server.aside
    .collection("journal")
    .find({ siteId, at: { $gte: new Date(sinceMs) } })
    .toArray();
  books.take(rows);
}

/** Everything new in the journal, and one household as it is shown. */
export async function judgeStep(campus: Campus, sinceMs: number): Promise<void> {
  const { books, random, householdIds } = campus;
  await readJournal(campus, sinceMs);
  books.judgeGrants();
  await judgeBalance(campus, householdIds[random.integer(0, householdIds.length - 1)] ?? "");
}

async function judgeBalance(campus: Campus, householdId: string): Promise<void> {
  const { server, books, currency, find } = campus;
  const shown = await server.need(balanceAnswer, {
    method: "GET",
    path: `/households/${householdId}/balance`,
  });
  const live = books.live(householdId);
  const settled = books.household(householdId).account;
  const minor = books.nanoPerMinor;
  const liveMinor = (live.liveNano - (((live.liveNano % minor) + minor) % minor)) / minor;
  if (BigInt(shown.ledgerMinor) !== settled.balance(currency))
    find(`${householdId}: the ledger shows ${shown.ledgerMinor} instead of ${settled.balance(currency)}`);
  if (BigInt(shown.liveMinor) !== liveMinor)
    find(`${householdId}: ${shown.liveMinor} are shown as left instead of ${liveMinor}`);
  const text = (lots: readonly (readonly [string, bigint | number])[]) =>
    lots
      .map(([id, left]) => `${id}=${left}`)
      .sort()
      .join(" ");
  const shownLots = text(shown.grants.map(({ grantId, amount }) => [grantId, amount]));
  const lots = text(live.lots.map(({ grantId, left }) => [grantId, left]));
  if (shownLots !== lots) find(`${householdId}: grants ${shownLots} are shown instead of ${lots}`);
}

/** The program's own checks, each of which must be silent, and its trial balance beside ours. */
export async function judgeBooks(campus: Campus): Promise<void> {
  const { server, books, siteId, find } = campus;
  const { connection } = server;
  const ledger = await verifyLedger(connection);
  for (const finding of ledger.findings) find(`verify-ledger: ${JSON.stringify(finding)}`);
  if (ledger.entries !== books.entries)
    find(`${ledger.entries} entries, of which ${books.entries} were seen`);
  const accruals = await verifyAccruals(connection);
  for (const finding of accruals.findings) find(`verify-accruals: ${JSON.stringify(finding)}`);
  for (const { findings } of await verifyAudit(connection))
    for (const finding of findings) find(`verify-audit: ${JSON.stringify(finding)}`);
  const filter = encodeURIComponent(JSON.stringify({ siteId }));
  const range = encodeURIComponent(JSON.stringify([0, 99]));
  const rows = await server.need(accountRows, {
    method: "GET",
    path: `/ledger/accounts?filter=${filter}&range=${range}`,
  });
  const shown = new Map(
    rows.map((row) => [`${row.account.split(":")[0]} ${row.commodity}`, BigInt(row.amount)]),
  );
  for (const key of new Set([...shown.keys(), ...books.totals.keys()]))
    if ((shown.get(key) ?? 0n) !== (books.totals.get(key) ?? 0n))
      find(`account ${key}: ${shown.get(key)} in the trial balance, ${books.totals.get(key)} by its legs`);
}

const accrualRow = z.object({
  circuitId: z.string(),
  householdId: z.string().nullable(),
  state: z.string(),
  fromWh: z.int(),
  lastWh: z.int(),
  whByRate: z.record(z.string(), z.int()),
  held: z.array(z.object({ fromWh: z.int(), toWh: z.int(), state: z.string() })),
});

/** Every register: what was charged, held, released and rejected is all that went through it. */
export async function judgeRegisters(campus: Campus): Promise<void> {
  const { server, books, find } = campus;
  const rows = await server.connection.collection("accruals").find().toArray();
  const sums = new Map<string, bigint>();
  const add = (key: string, wh: number) => sums.set(key, (sums.get(key) ?? 0n) + BigInt(wh));
  for (const row of rows) {
    const { circuitId, fromWh, lastWh, whByRate, held, householdId } = accrualRow.parse(row);
    add(`${circuitId} register`, lastWh - fromWh);
    if (householdId === null) add(`${circuitId} nobody`, lastWh - fromWh);
    for (const wh of Object.values(whByRate)) add(`${circuitId} charged`, wh);
    for (const use of held) add(`${circuitId} ${use.state}`, use.toWh - use.fromWh);
  }
  const states: readonly UseState[] = ["charged", "held", "released", "rejected", "nobody"];
  for (const [circuitId, circuit] of books.circuits) {
    for (const state of states) {
      const theirs = sums.get(`${circuitId} ${state}`) ?? 0n;
      if (theirs !== circuit.sumWh(state))
        find(`${circuitId}: ${theirs} Wh are ${state}, plain reckoning has ${circuit.sumWh(state)}`);
    }
    const through = (circuit.last?.totalWh ?? 0n) - (circuit.firstTotalWh ?? 0n);
    const counted = sums.get(`${circuitId} register`) ?? 0n;
    if (counted !== through) find(`${circuitId}: ${counted} Wh counted of ${through} Wh that went through`);
  }
}

/** What is derived, made anew, is what it was. */
export async function judgeDerived(campus: Campus): Promise<void> {
  await rebuildBalances(campus.server.connection);
  await judgeBooks(campus);
}
