import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, ensureIndexes } from "@hallmeter/vending-api";
import type { Connection, mongo } from "mongoose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordAudit } from "../../apps/vending-api/src/audit/audit.ts";
import { balancedPostings } from "../../apps/vending-api/src/ledger/entry.ts";
import { ledgerOf } from "../../apps/vending-api/src/ledger/ledger.ts";
import { startTestDatabase } from "../../tests/support/test-database.ts";
import { writeCheckpointFromTerminal } from "./checkpoint.ts";
import { rebuildFromTerminal } from "./rebuild.ts";
import { verifyLedgerFromTerminal } from "./verify-ledger.ts";

const NOW = new Date("2040-03-02T08:00:00Z");
const CALLER = {
  kind: "person" as const,
  id: "u1",
  login: "sun",
  name: "Sun Mei",
  roles: ["administrator" as const],
  siteIds: ["s1"],
};

describe("the books as the command line checks them", () => {
  let database: Awaited<ReturnType<typeof startTestDatabase>>;
  let connection: Connection;
  let env: NodeJS.ProcessEnv;
  let folder: string;
  let checkpoint: string;

  beforeAll(async () => {
    database = await startTestDatabase();
    connection = await connect(database.uri);
    await ensureIndexes(connection);
    folder = mkdtempSync(join(tmpdir(), "checkpoint-"));
    checkpoint = join(folder, "checkpoint.json");
    env = { MONGODB_URI: database.uri, HALLMETER_DATA: folder };
    for (const amount of [100, 200, 300]) await buy("h1", amount);
    await buy("h2", 50);
    for (const id of ["u1", "u2"]) await change(id);
    expect(await writeCheckpointFromTerminal({ out: checkpoint, json: true }, env, () => {}, NOW)).toBe(0);
    await buy("h1", 400);
    await change("u3");
    await ledgerOf(connection).idle();
  });
  afterAll(async () => {
    await connection.close();
    await database.stop();
    rmSync(folder, { recursive: true });
  });

  async function buy(householdId: string, amount: number): Promise<void> {
    const ref = `${householdId}-${amount}`;
    const movement = { siteId: "s1", householdId, commodity: "CNY", amount };
    await ledgerOf(connection).post({
      siteId: "s1",
      householdId,
      refSpace: "request",
      ref,
      requestHash: ref,
      decide: () => ({
        accept: {
          kind: "purchase",
          at: NOW,
          by: { id: "u1", name: "Sun Mei" },
          note: "",
          postings: balancedPostings("purchase", movement, "cash"),
          details: { method: "cash" },
        },
      }),
    });
  }

  function change(id: string): Promise<void> {
    const request = { caller: CALLER, id: "r1", now: NOW };
    return recordAudit(
      { connection },
      { request, siteId: "s1", action: "units.update", subject: { resource: "units", id } },
    );
  }

  async function verify(options: { checkpoint?: string; publicKey?: string } = {}) {
    const lines: string[] = [];
    const exitCode = await verifyLedgerFromTerminal({ json: true, ...options }, env, (line) =>
      lines.push(line),
    );
    const { findings, ...report } = JSON.parse(lines.join("")) as {
      findings: { code: string; account?: string; seq: number }[];
      entries: number;
    };
    return { exitCode, report, codes: findings.map(({ code, seq }) => `${code} ${seq}`) };
  }

  it("hold, and so does the checkpoint, after more was sold", async () => {
    expect(await verify({ checkpoint })).toMatchObject({
      exitCode: 0,
      codes: [],
      report: {
        entries: 5,
        refusals: 0,
        accounts: 2,
        auditEntries: 3,
        checkpoint: { at: NOW.toISOString() },
      },
    });
    expect(statSync(join(folder, "checkpoint-key.pem")).mode & 0o777).toBe(0o600);
  });

  type Rows = mongo.Document[];
  const journal = () => connection.collection("journal");
  /** Changes one collection, looks, and puts everything back as it was. */
  async function tampered(
    name: string,
    change: () => Promise<unknown>,
    look: () => Promise<void>,
  ): Promise<void> {
    const collection = connection.collection(name);
    const before: Rows = await collection.find().toArray();
    await change();
    try {
      await look();
    } finally {
      await collection.deleteMany({});
      await collection.insertMany(before);
    }
  }

  const cases: [string, string, () => Promise<unknown>, string[], string[]][] = [
    [
      "an amount that was rewritten",
      "journal",
      () => journal().updateOne({ account: "household:h1", seq: 2 }, { $set: { "postings.0.amount": 900 } }),
      ["postings-unbalanced 2", "balance-wrong 2", "hash-wrong 2"],
      [],
    ],
    [
      "a row that is no entry any more",
      "journal",
      () => journal().updateOne({ account: "household:h2", seq: 1 }, { $unset: { postings: 1 } }),
      ["malformed 1"],
      [],
    ],
    [
      "an entry in the middle that was deleted",
      "journal",
      () => journal().deleteOne({ account: "household:h1", seq: 2 }),
      ["chain-gap 3", "chain-broken 3", "balance-wrong 3", "balance-row-wrong 4"],
      [],
    ],
    [
      "a whole account that was deleted with its balance",
      "journal",
      async () => {
        await journal().deleteMany({ account: "household:h2" });
        await connection.collection("balances").deleteOne({ siteId: "s1", householdId: "h2" });
      },
      [],
      ["checkpoint-missing 1"],
    ],
    [
      "an end that was cut off, with the balance put right",
      "journal",
      async () => {
        await journal().deleteMany({ account: "household:h1", seq: { $gte: 3 } });
        await rebuildFromTerminal({ json: true }, env, () => {});
      },
      [],
      ["checkpoint-missing 3"],
    ],
    [
      "a chain that was written anew with hashes of its own",
      "journal",
      async () => {
        await journal().deleteMany({ account: "household:h2" });
        await connection.collection("balances").deleteMany({ householdId: "h2" });
        // As another process would, which remembers nothing of the chain.
        const forger = await connect(database.uri);
        const movement = { siteId: "s1", householdId: "h2", commodity: "CNY", amount: 5000 };
        const [body] = await journal().find({ account: "household:h1", seq: 1 }).toArray();
        await ledgerOf(forger).post({
          siteId: "s1",
          householdId: "h2",
          refSpace: "request",
          ref: "h2-50",
          requestHash: "h2-50",
          decide: () => ({
            accept: {
              kind: "purchase",
              at: body?.at,
              by: { id: "u1", name: "Sun Mei" },
              note: "",
              postings: balancedPostings("purchase", movement, "cash"),
              details: { method: "cash" },
            },
          }),
        });
        await ledgerOf(forger).idle();
        await forger.close();
      },
      [],
      ["checkpoint-rewritten 1"],
    ],
    [
      "a balance that pages show",
      "balances",
      () =>
        connection.collection("balances").updateOne({ householdId: "h2" }, { $set: { "balance.CNY": 51 } }),
      ["balance-row-wrong 1"],
      [],
    ],
    [
      "a share of the till's total",
      "balances",
      () =>
        connection
          .collection("balances")
          .updateOne({ householdId: "h2" }, { $inc: { "totals.till-cash:s1.CNY": 1 } }),
      ["balance-row-wrong 1"],
      [],
    ],
    [
      "a balance of nobody",
      "balances",
      () =>
        connection
          .collection<{ _id: string }>("balances")
          .insertOne({ _id: "household:h9", siteId: "s1", seq: 3 } as { _id: string }),
      ["balance-row-wrong 3"],
      [],
    ],
    [
      "an audit entry that was rewritten",
      "audit",
      () => connection.collection("audit").updateOne({ seq: 1 }, { $set: { resourceId: "u9" } }),
      ["audit-hash-wrong 1"],
      [],
    ],
    [
      "an audit that was cut off",
      "audit",
      () => connection.collection("audit").deleteMany({ seq: { $gt: 1 } }),
      [],
      ["audit-cut 2"],
    ],
  ];

  it.each(cases)("show %s", async (_what, collection, change, always, byCheckpoint) => {
    const balances: Rows = await connection.collection("balances").find().toArray();
    await tampered(collection, change, async () => {
      const alone = await verify();
      expect(alone.codes).toEqual(always);
      expect(alone.exitCode).toBe(always.length > 0 ? 1 : 0);
      const signed = await verify({ checkpoint });
      expect(signed.codes).toEqual(expect.arrayContaining([...always, ...byCheckpoint]));
      expect(signed.exitCode).toBe(1);
    });
    await connection.collection("balances").deleteMany({});
    await connection.collection("balances").insertMany(balances);
    expect((await verify({ checkpoint })).codes).toEqual([]);
  });

  it("show that a unique index is gone", async () => {
    await journal().dropIndex("siteId_1_account_1_seq_1");
    expect((await verify()).codes).toEqual(["guard-missing 0"]);
    await ensureIndexes(connection);
    expect((await verify()).codes).toEqual([]);
  });

  it("are not compared with a checkpoint that was changed, or that another key signed", async () => {
    const text = readFileSync(checkpoint, "utf8");
    const forged = join(folder, "forged.json");
    writeFileSync(forged, text.replace('"household:h2",1', '"household:h3",1'));
    await expect(verify({ checkpoint: forged })).rejects.toMatchObject({ code: "checkpoint-untrusted" });
    const { publicKey } = JSON.parse(text) as { publicKey: string };
    expect((await verify({ checkpoint, publicKey })).exitCode).toBe(0);
    const otherKey = `${publicKey.startsWith("A") ? "B" : "A"}${publicKey.slice(1)}`;
    await expect(verify({ checkpoint, publicKey: otherKey })).rejects.toMatchObject({
      code: "checkpoint-untrusted",
    });
    const elsewhere = { MONGODB_URI: database.uri, HALLMETER_DATA: join(folder, "elsewhere") };
    await expect(verifyLedgerFromTerminal({ checkpoint }, elsewhere, () => {})).rejects.toThrow(
      "--public-key",
    );
  });

  it("are rebuilt from the journal", async () => {
    const lines: string[] = [];
    await connection.collection("balances").updateOne({ householdId: "h1" }, { $set: { "balance.CNY": 1 } });
    await rebuildFromTerminal({ json: true }, env, (line) => lines.push(line));
    expect(JSON.parse(lines.join(""))).toEqual({ accounts: 2, changed: 1, removed: 0 });
    expect((await verify()).codes).toEqual([]);
  });

  it("are not signed while anything is wrong", async () => {
    await tampered(
      "journal",
      () => journal().updateOne({ account: "household:h1", seq: 2 }, { $set: { note: "another" } }),
      async () => {
        const out = join(folder, "never.json");
        expect(await writeCheckpointFromTerminal({ out, json: true }, env, () => {}, NOW)).toBe(1);
        expect(() => statSync(out)).toThrow();
      },
    );
  });
});
