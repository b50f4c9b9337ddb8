import fc from "fast-check";
import type { Connection } from "mongoose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestDatabase } from "../../../../tests/support/test-database.ts";
import { connect } from "../db/connection.ts";
import { newId } from "../db/model.ts";
import { isApiError } from "../errors.ts";
import { ensureAllIndexes } from "../models.ts";
import { balanceModel } from "./balance.model.ts";
import { balancedPostings, type EntryBody } from "./entry.ts";
import type { LedgerFinding } from "./invariants.ts";
import { journalModel } from "./journal.model.ts";
import { type Ledger, ledgerOf, openLedger } from "./ledger.ts";
import { inMemoryJournal, noBalanceRows } from "./testing/in-memory-journal.ts";
import { verifyLedger } from "./verify-ledger.ts";

/** The long version is `HALLMETER_TEST_RUNS=10000`. */
const RUNS = Number(process.env.HALLMETER_TEST_RUNS ?? 500);
/** Each is hundreds of requests to the store: so many show that it does what plain values do. */
const RUNS_ON_THE_STORE = 15;
/** Seconds where nobody else is; a busy machine takes longer. */
const STORE_TIMEOUT_MS = 120_000;

/** One request as a client sends it. Keys come from a small pool, so that they repeat and collide. */
const requestArbitrary = fc.record({
  household: fc.integer({ min: 0, max: 2 }),
  key: fc.integer({ min: 0, max: 11 }),
  kind: fc.constantFrom("purchase", "adjustment", "refused"),
  amount: fc.integer({ min: 1, max: 500 }),
  process: fc.constantFrom(0, 1),
});
type Request = typeof requestArbitrary extends fc.Arbitrary<infer T> ? T : never;

/** The plainest ledger: what each key got, and a sum per household. Written without a look at the real one. */
function plainLedger() {
  const outcomes = new Map<number, { asked: string; answer: string }>();
  const sums = [0, 0, 0];
  return {
    sums,
    answer(request: Request): string {
      const asked = askedBy(request);
      const known = outcomes.get(request.key);
      if (known) return known.asked === asked ? known.answer : "idempotency-key-reused";
      const answer = request.kind === "refused" ? "household-closed" : "done";
      if (answer === "done") sums[request.household] = (sums[request.household] ?? 0) + signed(request);
      outcomes.set(request.key, { asked, answer });
      return answer;
    },
  };
}

const askedBy = ({ household, kind, amount }: Request) => `${household} ${kind} ${amount}`;
const signed = ({ kind, amount }: Request) => (kind === "adjustment" ? -amount : amount);

/** One run's journal, shared by two processes. */
interface Bench {
  ledgers: readonly [Ledger, Ledger];
  /** Of the whole journal. */
  findings(): Promise<LedgerFinding[]>;
}

function inMemoryBench(turns: readonly number[]): Bench {
  let place = 0;
  // Who comes first among those that wait at the same moment is drawn.
  const journal = inMemoryJournal(async () => {
    for (let left = turns[place++ % turns.length] ?? 0; left > 0; left -= 1) await null;
  });
  const open = () => openLedger(journal, noBalanceRows);
  return { ledgers: [open(), open()], findings: async () => journal.findings() };
}

async function send({ ledgers }: Bench, run: string, request: Request): Promise<string> {
  const householdId = `${run}-${request.household}`;
  const kind = request.kind === "adjustment" ? "adjustment" : "purchase";
  const movement = { siteId: run, householdId, commodity: "CNY", amount: signed(request) };
  const body: EntryBody = {
    kind,
    at: new Date("2025-03-01T08:00:00Z"),
    by: { id: "u1", name: "Zhang Min" },
    note: "",
    postings: balancedPostings(kind, movement),
    details: {},
  };
  try {
    await ledgers[request.process].post({
      siteId: run,
      householdId,
      refSpace: "request",
      ref: `${run}-key-${request.key}`,
      requestHash: askedBy(request),
      decide: () =>
        request.kind === "refused"
          ? { refuse: { code: "household-closed", detail: "closed" }, at: body.at }
          : { accept: body },
    });
    return "done";
  } catch (error) {
    if (isApiError(error)) return error.code;
    throw error;
  }
}

async function balanceOf({ ledgers: [ledger] }: Bench, run: string, household: number): Promise<number> {
  const head = await ledger.head({ siteId: run, householdId: `${run}-${household}` });
  return head.balance.CNY ?? 0;
}

async function expectSound({ ledgers, findings }: Bench): Promise<void> {
  await Promise.all(ledgers.map((ledger) => ledger.idle()));
  expect(await findings()).toEqual([]);
}

/** One behind the other: each answer is the plain ledger's, with every invariant after every step. */
async function answersAlike(bench: Bench, requests: readonly Request[]): Promise<void> {
  const run = newId();
  const plain = plainLedger();
  for (const request of requests) {
    expect(await send(bench, run, request)).toBe(plain.answer(request));
    expect(await balanceOf(bench, run, request.household)).toBe(plain.sums[request.household]);
    await expectSound(bench);
  }
}

/** All at once: which of two meanings a key gets is open, but it gets one. */
async function givesOneOutcome(bench: Bench, requests: readonly Request[]): Promise<void> {
  const run = newId();
  const answers = await Promise.all(requests.map((request) => send(bench, run, request)));
  const winners = new Map<number, Request>();
  for (const [index, request] of requests.entries())
    if (answers[index] !== "idempotency-key-reused") {
      const winner = winners.get(request.key) ?? request;
      expect(askedBy(winner)).toBe(askedBy(request));
      winners.set(request.key, winner);
    }
  expect(winners.size).toBe(new Set(requests.map((request) => request.key)).size);
  const sums = [0, 0, 0];
  for (const winner of winners.values())
    if (winner.kind !== "refused") sums[winner.household] = (sums[winner.household] ?? 0) + signed(winner);
  for (const household of [0, 1, 2]) expect(await balanceOf(bench, run, household)).toBe(sums[household]);
  await expectSound(bench);
}

const inARow = fc.array(requestArbitrary, { minLength: 1, maxLength: 20 });
const atOnce = fc.array(requestArbitrary, { minLength: 2, maxLength: 40 });
const turnsArbitrary = fc.array(fc.nat(6), { minLength: 1, maxLength: 16 });

describe("the ledger against the plainest one", () => {
  it("answers and balances alike, with every invariant after every step", async () => {
    await fc.assert(
      fc.asyncProperty(inARow, turnsArbitrary, (requests, turns) =>
        answersAlike(inMemoryBench(turns), requests),
      ),
      { numRuns: RUNS },
    );
  });

  it("gives each key one outcome when everything comes at once", async () => {
    await fc.assert(
      fc.asyncProperty(atOnce, turnsArbitrary, (requests, turns) =>
        givesOneOutcome(inMemoryBench(turns), requests),
      ),
      { numRuns: RUNS },
    );
  });
});

describe("the ledger on a store against the plainest one", () => {
  let database: Awaited<ReturnType<typeof startTestDatabase>>;
  let connections: [Connection, Connection];

  beforeAll(async () => {
    database = await startTestDatabase();
    connections = [await connect(database.uri), await connect(database.uri)];
    await ensureAllIndexes(connections[0]);
  });
  afterAll(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await database.stop();
  });

  /** The whole journal is verified after every step: it holds one run's entries. */
  async function storedBench(): Promise<Bench> {
    const [connection, other] = connections;
    await Promise.all([journalModel(connection).deleteMany({}), balanceModel(connection).deleteMany({})]);
    return {
      ledgers: [ledgerOf(connection), ledgerOf(other)],
      findings: async () => (await verifyLedger(connection)).findings,
    };
  }

  it.each([
    ["answers and balances alike", inARow, answersAlike],
    ["gives each key one outcome when everything comes at once", atOnce, givesOneOutcome],
  ] as const)(
    "%s",
    async (_, requestsArbitrary, holds) => {
      await fc.assert(
        fc.asyncProperty(requestsArbitrary, async (requests) => holds(await storedBench(), requests)),
        { numRuns: RUNS_ON_THE_STORE },
      );
    },
    STORE_TIMEOUT_MS,
  );
});
