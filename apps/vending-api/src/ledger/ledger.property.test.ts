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
import { journalModel } from "./journal.model.ts";
import { type Ledger, ledgerOf } from "./ledger.ts";
import { verifyLedger } from "./verify-ledger.ts";

/**
 * The long version is `HALLMETER_TEST_RUNS=10000`. Each is hundreds of requests to the store; chain.property has the same rules
 * without one.
 */
const RUNS = Number(process.env.HALLMETER_TEST_RUNS ?? 20);

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

describe("the ledger against the plainest one", () => {
  let database: Awaited<ReturnType<typeof startTestDatabase>>;
  let connections: Connection[];
  let ledgers: Ledger[];

  beforeAll(async () => {
    database = await startTestDatabase();
    connections = await Promise.all([connect(database.uri), connect(database.uri)]);
    const [first] = connections;
    if (first) await ensureAllIndexes(first);
    ledgers = connections.map(ledgerOf);
  });
  afterAll(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await database.stop();
  });

  /** The whole journal is verified after every step: it holds one run's entries. */
  async function begin(): Promise<string> {
    const [connection] = connections;
    if (connection)
      await Promise.all([journalModel(connection).deleteMany({}), balanceModel(connection).deleteMany({})]);
    return newId();
  }

  async function send(run: string, request: Request): Promise<string> {
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
    const ledger = ledgers[request.process];
    if (!ledger) throw new Error("there are two processes");
    try {
      await ledger.post({
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

  async function balanceOf(run: string, household: number): Promise<number> {
    const head = await ledgers[0]?.head({ siteId: run, householdId: `${run}-${household}` });
    return head?.balance.CNY ?? 0;
  }

  async function expectSound(): Promise<void> {
    await Promise.all(ledgers.map((ledger) => ledger.idle()));
    const [connection] = connections;
    if (connection) expect((await verifyLedger(connection)).findings).toEqual([]);
  }

  it("answers and balances alike, with every invariant after every step", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(requestArbitrary, { minLength: 1, maxLength: 20 }), async (requests) => {
        const run = await begin();
        const plain = plainLedger();
        for (const request of requests) {
          expect(await send(run, request)).toBe(plain.answer(request));
          expect(await balanceOf(run, request.household)).toBe(plain.sums[request.household]);
          await expectSound();
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("gives each key one outcome when everything comes at once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(requestArbitrary, { minLength: 2, maxLength: 40 }), async (requests) => {
        const run = await begin();
        const answers = await Promise.all(requests.map((request) => send(run, request)));
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
          if (winner.kind !== "refused")
            sums[winner.household] = (sums[winner.household] ?? 0) + signed(winner);
        for (const household of [0, 1, 2]) expect(await balanceOf(run, household)).toBe(sums[household]);
        await expectSound();
      }),
      { numRuns: RUNS },
    );
  });
});
