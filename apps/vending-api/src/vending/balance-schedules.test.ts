import { afterAll, beforeAll, expect, it } from "vitest";
import { scheduleRunner } from "../jobs/schedules.ts";
import { balanceModel } from "../ledger/balance.model.ts";
import { balancedPostings, householdAccount } from "../ledger/entry.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import { manualClock } from "../testing/manual-clock.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { balanceSchedules } from "./balance-schedules.ts";

const SITE = "s1";
const householdId = "orphan";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

it("folds what a process posted and died over, though none is started", async () => {
  // Ids of entries bear the time of the machine.
  const clock = manualClock(new Date().toISOString());
  const runs = balanceSchedules.map((schedule) => scheduleRunner({ ...api.deps, clock }, schedule));
  for (const run of runs) await run();
  const movement = { siteId: SITE, householdId, commodity: "CNY", amount: 300 };
  const { entry } = await ledgerOf(api.connection).post({
    siteId: SITE,
    householdId,
    refSpace: "request",
    ref: "key-orphan",
    requestHash: "orphan",
    decide: () => ({
      accept: {
        kind: "purchase",
        at: clock.now(),
        by: { id: "u1", name: "Zhang Min" },
        note: "",
        postings: balancedPostings("purchase", movement, "cash"),
        details: { method: "cash" },
      },
    }),
  });
  await ledgerOf(api.connection).idle();
  const balances = balanceModel(api.connection);
  // Another household's row: a store without any is folded from its beginning.
  await balances.create({ _id: "household:other", siteId: SITE, householdId: "other", seq: 0, balance: {} });
  await balances.deleteOne({ _id: householdAccount(householdId) });

  clock.advance(5 * 60_000);
  for (const run of runs) expect(await run()).toBe(true);
  expect(await balances.findById(householdAccount(householdId)).lean()).toMatchObject({
    seq: 1,
    headHash: entry.hash,
    balance: { CNY: 300 },
    totals: { [`till-cash:${SITE}`]: { CNY: -300 } },
  });
});
