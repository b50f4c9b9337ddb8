import type { Connection } from "mongoose";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startTestDatabase } from "../../../../tests/support/test-database.ts";
import { connect } from "../db/connection.ts";
import { newId } from "../db/model.ts";
import { ensureAllIndexes } from "../models.ts";
import { balanceModel } from "./balance.model.ts";
import { balancedPostings, chainEntry, EMPTY_CHAIN } from "./entry.ts";
import { healBalances } from "./fold-balances.ts";
import { journalModel } from "./journal.model.ts";
import { type Ledger, ledgerOf, type PostingRequest } from "./ledger.ts";
import { rebuildBalances } from "./rebuild-balances.ts";
import { finishTransfers, postTransfer } from "./transfer.ts";
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

  it("answers a repetition as before, whatever its decision would be by now", async () => {
    const first = await ledger.post(purchase("repeats", "key-repeats", 10));
    const inVain: PostingRequest["decide"][] = [
      () => {
        throw new Error("thrown");
      },
      () => Promise.reject(new Error("rejected")),
      () => ({ refuse: { code: "household-closed", detail: "" }, at: AT }),
    ];
    for (const decide of inVain) {
      const again = ledger.post({ ...purchase("repeats", "key-repeats", 10), decide });
      await expect(again).resolves.toEqual({ entry: first.entry, repeated: true });
      // Where nothing was decided before, it fails, and alone.
      const other = ledger.post({ ...purchase("repeats", `key-${newId()}`, 10), decide });
      await expect(other).rejects.toThrow();
    }
    expect(await entriesOf(connection, "repeats")).toBe(1);
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

  it("posts for many households together, each as if it came alone", async () => {
    const requests = Array.from({ length: 40 }, (_, index) =>
      purchase(`many-${index % 15}`, `key-many-${index}`, index + 1),
    );
    await otherLedger.post(purchase("many-3", "key-many-18", 19));
    // Written by another process behind this one's back: what this one remembers of the chain is old.
    await ledger.post(purchase("many-4", "key-many-old", 1));
    await otherLedger.post(purchase("many-4", "key-many-newer", 1));
    const closed: PostingRequest = {
      ...purchase("many-5", "key-many-refused", 1),
      decide: () => ({ refuse: { code: "household-closed", detail: "It is closed" }, at: AT }),
    };
    const outcomes = await ledger.postMany([...requests, closed, purchase("many-6", "key-many-6", 70)]);
    const said = outcomes.map((outcome) =>
      outcome.status === "fulfilled" ? outcome.value.repeated : outcome.reason.code,
    );
    expect(said).toEqual([
      ...requests.map((_, index) => index === 18),
      "household-closed",
      // Another request under this key stands at position 6.
      "idempotency-key-reused",
    ]);
    await ledger.idle();
    const expected = new Map<number, number>([[4, 2]]);
    for (const [index] of requests.entries())
      expected.set(index % 15, (expected.get(index % 15) ?? 0) + index + 1);
    for (const [household, sum] of expected) {
      const account = `household:many-${household}`;
      expect((await ledger.head({ siteId: SITE, householdId: `many-${household}` })).balance.CNY).toBe(sum);
      expect((await balanceModel(connection).findById(account).lean())?.balance.CNY).toBe(sum);
    }
    const again = await ledger.postMany(requests);
    expect(again.every((outcome) => outcome.status === "fulfilled" && outcome.value.repeated)).toBe(true);
    expect((await verifyLedger(connection)).findings).toEqual([]);
  });

  it("folds what two processes append to one chain in turns", async () => {
    for (const [index, one] of [ledger, otherLedger, ledger, otherLedger, ledger].entries())
      await one.post(purchase("shared", `key-shared-${index}`, 10 ** index));
    await Promise.all([ledger.idle(), otherLedger.idle()]);
    expect(await balanceModel(connection).findById("household:shared").lean()).toMatchObject({
      seq: 5,
      balance: { CNY: 11_111 },
      totals: { [`till-cash:${SITE}`]: { CNY: -11_111 } },
    });
  });

  it("folds later what the store did not take", async () => {
    const refusing = vi.spyOn(balanceModel(otherConnection), "bulkWrite");
    refusing.mockRejectedValueOnce(new Error("the store is gone"));
    await otherLedger.post(purchase("held-up", "key-held-up-1", 100));
    await expect(otherLedger.idle()).rejects.toThrow("the store is gone");
    await otherLedger.post(purchase("held-up", "key-held-up-2", 100));
    await otherLedger.idle();
    expect(await balanceModel(connection).findById("household:held-up").lean()).toMatchObject({
      seq: 2,
      balance: { CNY: 200 },
      totals: { [`till-cash:${SITE}`]: { CNY: -200 } },
    });
    refusing.mockRestore();
  });

  it("is verified with patience for a row that another process is about to fold", async () => {
    await otherLedger.post(purchase("slow", "key-slow", 100));
    let waits = 0;
    const sleep = async () => {
      waits += 1;
      await otherLedger.idle();
    };
    expect((await verifyLedger(connection, { sleep })).findings).toEqual([]);
    await balanceModel(connection).deleteOne({ _id: "household:slow" });
    expect((await verifyLedger(connection, { sleep })).findings).toMatchObject([
      { account: "household:slow", code: "balance-row-wrong", detail: "missing" },
    ]);
    expect(waits).toBeGreaterThan(0);
    await healBalances(connection);
  });

  it("refuses behind the journal's end, not behind what it remembers", async () => {
    const spend = (ref: string, amount: number): PostingRequest => ({
      ...purchase("spender", ref, amount),
      decide: ({ balance }) =>
        (balance.CNY ?? 0) < amount
          ? { refuse: { code: "credit-insufficient", detail: "Not enough" }, at: AT }
          : purchase("spender", ref, amount).decide({ ...EMPTY_CHAIN }),
    });
    await ledger.post(purchase("spender", "key-spender-1", 10));
    await otherLedger.post(purchase("spender", "key-spender-2", 90));
    await expect(ledger.post(spend("key-spender-3", 100))).resolves.toMatchObject({ repeated: false });
    await expect(ledger.post(spend("key-spender-4", 500))).rejects.toMatchObject({
      code: "credit-insufficient",
    });
  });

  it("moves purchased credit to another household once, whatever is cut off", async () => {
    await ledger.post(purchase("giver", "key-giver", 1000));
    const transfer = {
      siteId: SITE,
      fromHouseholdId: "giver",
      toHouseholdId: "taker",
      commodity: "CNY",
      amount: 400,
      at: AT,
      by: { id: "u1", name: "Zhang Min" },
      note: "paid for the wrong room",
      ref: "key-transfer",
      requestHash: "transfer 400",
    };
    const cutOff: Ledger = {
      ...ledger,
      post: (request) =>
        request.refSpace === "transfer"
          ? Promise.reject(new Error("the process ended"))
          : ledger.post(request),
    };
    await expect(postTransfer(cutOff, transfer)).rejects.toThrow("the process ended");
    expect((await verifyLedger(connection)).findings).toMatchObject([
      { account: "household:giver", code: "transfer-unpaired" },
    ]);
    expect(await finishTransfers(connection, [SITE], AT)).toBe(1);
    expect(await finishTransfers(connection, [SITE], AT)).toBe(0);
    expect((await postTransfer(ledger, transfer)).in.repeated).toBe(true);
    expect((await ledger.head({ siteId: SITE, householdId: "giver" })).balance).toEqual({ CNY: 600 });
    expect((await ledger.head({ siteId: SITE, householdId: "taker" })).balance).toEqual({ CNY: 400 });
    await expect(
      postTransfer(ledger, { ...transfer, amount: 601, ref: "key-transfer-2", requestHash: "transfer 601" }),
    ).rejects.toMatchObject({ code: "credit-insufficient" });
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

  it("rebuilds only rows that say something else, in whatever order they say it", async () => {
    await ledger.post(purchase("rebuilt", "key-rebuilt", 700));
    await Promise.all([ledger.idle(), otherLedger.idle()]);
    await rebuildBalances(connection);
    const balances = balanceModel(connection).collection;
    const row = { _id: "household:rebuilt" } as object;
    await balances.updateOne(row, {
      $set: { balance: { Wh: 0, CNY: 700 }, totals: { [`till-cash:${SITE}`]: { CNY: -700 } } },
    });
    const entry = await journalModel(connection).findOne({ account: "household:rebuilt" }).lean();
    await journalModel(connection).collection.updateOne({ account: "household:rebuilt" }, [
      { $set: { balanceAfter: { CNY: 700, Wh: 0 } } },
    ]);
    expect(await rebuildBalances(connection)).toMatchObject({ changed: 0, removed: 0 });
    await journalModel(connection).collection.updateOne(
      { account: "household:rebuilt" },
      { $set: { balanceAfter: entry?.balanceAfter } },
    );
    expect(await rebuildBalances(connection)).toMatchObject({ changed: 1, removed: 0 });
    expect(await rebuildBalances(connection)).toMatchObject({ changed: 0, removed: 0 });
  });

  it("finds a reference with two outcomes, where the index against them is gone", async () => {
    await ledger.post(purchase("doubled", "key-doubled", 100));
    const household = { siteId: SITE, householdId: "doubled" };
    const again = purchase("doubled", "key-doubled", 100);
    const decision = await again.decide(EMPTY_CHAIN);
    if (!("accept" in decision)) throw new Error("it is sold");
    const { refSpace, ref, requestHash } = again;
    const identity = { _id: newId(), ...household, refSpace, ref, requestHash };
    const entry = chainEntry(identity, decision.accept, await ledger.head(household));
    const journal = journalModel(connection).collection;
    await journal.dropIndex("siteId_1_refSpace_1_ref_1");
    await journal.insertOne({ ...entry } as never);
    await healBalances(connection);
    const { findings } = await verifyLedger(connection);
    expect(findings.map(({ account, seq, code }) => [account, seq, code])).toEqual([
      ["", 0, "guard-missing"],
      ["household:doubled", 2, "ref-doubled"],
    ]);
  });
});
