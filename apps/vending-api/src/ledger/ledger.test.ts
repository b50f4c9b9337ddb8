import type { Connection } from "mongoose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestDatabase } from "../../../../tests/support/test-database.ts";
import { connect } from "../db/connection.ts";
import { ensureAllIndexes } from "../models.ts";
import { balanceModel, healBalances } from "./balance.model.ts";
import { balancedPostings } from "./entry.ts";
import { journalModel } from "./journal.model.ts";
import { type Ledger, ledgerOf, type PostingRequest } from "./ledger.ts";
import { verifyLedger } from "./verify-ledger.ts";

const AT = new Date("2025-03-01T08:00:00Z");
const SITE = "s1";

function purchase(
  householdId: string,
  ref: string,
  amount: number,
  requestHash = `${ref}:${amount}`,
): PostingRequest {
  const movement = { siteId: SITE, householdId, commodity: "CNY", amount };
  return {
    siteId: SITE,
    householdId,
    refSpace: "request",
    ref,
    requestHash,
    decide: () => ({
      accept: {
        kind: "purchase",
        at: AT,
        by: { id: "u1", name: "Zhang Min" },
        note: "",
        postings: balancedPostings("purchase", movement, "cash"),
        details: { method: "cash" },
      },
    }),
  };
}

const entriesOf = (connection: Connection, householdId: string) =>
  journalModel(connection).countDocuments({ account: `household:${householdId}` });

describe("the ledger on a store", () => {
  let database: Awaited<ReturnType<typeof startTestDatabase>>;
  let connection: Connection;
  /** As another API process sees the same store. */
  let otherConnection: Connection;
  let ledger: Ledger;
  let otherLedger: Ledger;

  beforeAll(async () => {
    database = await startTestDatabase();
    connection = await connect(database.uri);
    otherConnection = await connect(database.uri);
    await ensureAllIndexes(connection);
    ledger = ledgerOf(connection);
    otherLedger = ledgerOf(otherConnection);
  });
  afterAll(async () => {
    await connection.close();
    await otherConnection.close();
    await database.stop();
  });

  it("posts thirty simultaneous requests of one key once", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        (index % 2 === 0 ? ledger : otherLedger).post(purchase("same-key", "key-same-key", 5000)),
      ),
    );
    expect(new Set(outcomes.map(({ entry }) => entry.hash)).size).toBe(1);
    expect(outcomes.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(await entriesOf(connection, "same-key")).toBe(1);
    expect((await ledger.head({ siteId: SITE, householdId: "same-key" })).balance).toEqual({ CNY: 5000 });
  });

  it("keeps one unbroken chain under many writers of two processes", async () => {
    const writers = Array.from({ length: 120 }, (_, index) =>
      (index % 3 === 0 ? otherLedger : ledger).post(purchase("crowded", `key-crowded-${index}`, index + 1)),
    );
    const outcomes = await Promise.all(writers);
    const seqs = outcomes.map(({ entry }) => entry.seq).sort((a, b) => a - b);
    expect(seqs).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
    const head = await ledger.head({ siteId: SITE, householdId: "crowded" });
    expect(head.balance).toEqual({ CNY: (120 * 121) / 2 });
    expect((await verifyLedger(connection)).findings).toEqual([]);
  });

  it("refuses a key that comes with another request, and changes nothing", async () => {
    await ledger.post(purchase("reused", "key-reused", 100));
    await expect(ledger.post(purchase("reused", "key-reused", 200))).rejects.toMatchObject({
      code: "idempotency-key-reused",
    });
    await expect(otherLedger.post(purchase("elsewhere", "key-reused", 200))).rejects.toMatchObject({
      code: "idempotency-key-reused",
    });
    expect(await entriesOf(connection, "reused")).toBe(1);
    expect(await entriesOf(connection, "elsewhere")).toBe(0);
  });

  it("remembers a refusal: a retry can't turn a no into a yes", async () => {
    const refused: PostingRequest = {
      ...purchase("refused", "key-refused", 100),
      decide: () => ({ refuse: { code: "household-closed", detail: "It is closed" }, at: AT }),
    };
    await expect(ledger.post(refused)).rejects.toMatchObject({ code: "household-closed" });
    await expect(otherLedger.post(purchase("refused", "key-refused", 100))).rejects.toMatchObject({
      code: "household-closed",
      message: "It is closed",
    });
    expect(await entriesOf(connection, "refused")).toBe(0);
  });

  it("lets one request that cannot be decided fail alone", async () => {
    const broken: PostingRequest = {
      ...purchase("neighbours", "key-broken", 1),
      decide: () => Promise.reject(new Error("the reason")),
    };
    const results = await Promise.allSettled([
      ledger.post(purchase("neighbours", "key-before", 10)),
      ledger.post(broken),
      ledger.post(purchase("neighbours", "key-after", 20)),
    ]);
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect((await ledger.head({ siteId: SITE, householdId: "neighbours" })).balance).toEqual({ CNY: 30 });
  });

  it("writes nothing that breaks an invariant, and says which", async () => {
    const wrong: PostingRequest = {
      ...purchase("wrong", "key-wrong", 100),
      decide: () => ({
        accept: {
          kind: "purchase",
          at: AT,
          by: { id: "u1", name: "Zhang Min" },
          note: "",
          postings: [{ account: "household:wrong", commodity: "CNY", amount: 100 }],
          details: {},
        },
      }),
    };
    await expect(ledger.post(wrong)).rejects.toMatchObject({
      code: "ledger-broken",
      message: expect.stringContaining("postings-unbalanced"),
    });
    expect(await entriesOf(connection, "wrong")).toBe(0);
  });

  it("finds what somebody changed in the store behind its back", async () => {
    await ledger.post(purchase("tampered", "key-tampered-1", 100));
    await ledger.post(purchase("tampered", "key-tampered-2", 100));
    const row = { account: "household:tampered", seq: 1 };
    await journalModel(connection).collection.updateOne(row, { $set: { "balanceAfter.CNY": 900 } });
    const { findings } = await verifyLedger(connection);
    expect(findings.map(({ account, seq, code }) => [account, seq, code])).toEqual([
      ["household:tampered", 1, "balance-wrong"],
      ["household:tampered", 1, "hash-wrong"],
      ["household:tampered", 2, "balance-wrong"],
    ]);
    await journalModel(connection).collection.updateOne(row, { $set: { "balanceAfter.CNY": 100 } });
    expect((await verifyLedger(connection)).findings).toEqual([]);
  });

  it("rebuilds the balances that pages show", async () => {
    await ledger.post(purchase("cached", "key-cached", 700));
    await balanceModel(connection).deleteMany({});
    expect(await healBalances(connection)).toBeGreaterThan(0);
    expect(await balanceModel(connection).findById("household:cached").lean()).toMatchObject({
      balance: { CNY: 700 },
      seq: 1,
    });
    expect(await healBalances(connection)).toBe(0);
  });
});
