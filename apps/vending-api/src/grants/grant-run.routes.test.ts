import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runNextJob } from "../jobs/run-job.ts";
import { refundableMinor } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { circuitModel } from "../network/circuit.model.ts";
import { gatewayMessageModel } from "../network/gateway-message.model.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { grantRunJob } from "./grant-jobs.ts";
import { GrantDesk, type Job, MONTH } from "./testing/grant-desk.ts";

let desk: GrantDesk;
beforeAll(async () => {
  desk = await GrantDesk.open(5);
});
afterAll(() => desk.api.stop());

describe("a grant run", () => {
  it("gives what its preview shows, which writes nothing, and tells why others get nothing", async () => {
    await desk.site.add("/residents", { householdId: desk.homeAt(0), name: "Wang Fang" });
    await desk.site.add("/residents", { householdId: desk.homeAt(0), name: "Li Na" });
    await desk.site.add("/residents", { householdId: desk.homeAt(1), name: "Zhao Lei" });
    await desk.site.add("/residents", { householdId: desk.homeAt(3), name: "Sun Jie" });
    await desk.site.add("/residents", { householdId: desk.homeAt(4), name: "He Yan" });
    await householdModel(desk.api.connection).updateOne(
      { _id: desk.homeAt(3) },
      { $set: { status: "closed" } },
    );
    await circuitModel(desk.api.connection).updateOne(
      { householdId: desk.homeAt(4) },
      { $set: { creditPlace: "meter" } },
    );
    const audience = { kind: "households", householdIds: desk.site.rooms.map((room) => room.householdId) };
    const gift = { kind: "energy", wh: 8000, per: "resident" };
    const policyId = await desk.newPolicy({ audience, gift });
    const shown = await desk.preview(policyId);
    expect(shown).toMatchObject({
      commodity: "Wh",
      totalAmount: 24_000,
      granted: [
        { householdId: desk.homeAt(0), amount: 16_000, residents: 2 },
        { householdId: desk.homeAt(1), amount: 8000, residents: 1 },
      ],
      leftOut: [
        { householdId: desk.homeAt(2), reason: "no-residents" },
        { householdId: desk.homeAt(3), reason: "household-closed" },
        { householdId: desk.homeAt(4), reason: "credit-in-meter" },
      ],
    });
    expect(await journalModel(desk.api.connection).countDocuments({ siteId: desk.site.siteId })).toBe(0);
    await expect(desk.runOf(policyId)).rejects.toThrow("not-found");
    expect(await desk.run(policyId)).toMatchObject({ state: "done", total: 5, done: 5, failed: 0 });
    expect(await desk.grantsOf(policyId)).toMatchObject(
      shown.granted.map(({ householdId, amount }) => ({
        householdId,
        amount,
        commodity: "Wh",
        expiresAt: "2040-03-31T16:00:00.000Z",
      })),
    );
    expect((await desk.head(0)).balance).toEqual({ Wh: 16_000 });
    expect((await desk.preview(policyId)).leftOut.map(({ reason }) => reason)).toEqual([
      "granted-before",
      "granted-before",
      "no-residents",
      "household-closed",
      "credit-in-meter",
    ]);
    const items = (await desk.start(policyId)).body.id;
    await desk.work();
    const answer = await desk.call<{ itemId: string; result: object }[]>("GET", `/jobs/${items}/items`);
    expect(answer.body.find(({ itemId }) => itemId === desk.homeAt(2))?.result).toEqual({
      outcome: "left-out",
      reason: "no-residents",
    });
    await householdModel(desk.api.connection).updateOne(
      { _id: desk.homeAt(3) },
      { $set: { status: "open" } },
    );
    await circuitModel(desk.api.connection).updateOne(
      { householdId: desk.homeAt(4) },
      { $set: { creditPlace: "server" } },
    );
    expect(await desk.findings()).toEqual([]);
  });

  it("gives once for ever under any key, and gone on with reaches who came later, by its first terms", async () => {
    const change = { audience: { kind: "tags", tags: ["hostel"] } };
    const policyId = await desk.newPolicy(change);
    const tagged = (index: number, tags: string[]) =>
      desk.call("PATCH", `/households/${desk.homeAt(index)}`, { tags });
    await tagged(0, ["hostel", "first-year"]);
    await tagged(1, ["hostel"]);
    const key = desk.newKey();
    const [first, again] = [await desk.start(policyId, MONTH, key), await desk.start(policyId, MONTH, key)];
    expect(again.body.id).toBe(first.body.id);
    expect((await desk.start(policyId, "2040-02", key)).body).toMatchObject({
      code: "idempotency-key-reused",
    });
    await desk.work();
    expect(await desk.grantsOf(policyId)).toHaveLength(2);
    const more = { gift: { kind: "money", amountMinor: 9900, per: "household" } };
    expect(await desk.call("PATCH", `/grant-policies/${policyId}`, more)).toMatchObject({ status: 200 });
    await tagged(2, ["hostel"]);
    await Promise.all([desk.start(policyId), desk.start(policyId), desk.start(policyId)]);
    await Promise.all([desk.work(), desk.work(), desk.work()]);
    expect((await desk.grantsOf(policyId)).map(({ amount }) => amount)).toEqual([1500, 1500, 1500]);
    expect(await desk.runOf(policyId)).toMatchObject({ job: { state: "done", total: 3 }, reversal: null });
    expect(await desk.findings()).toEqual([]);
  });

  it("is refused in months that the policy excludes, before it is valid, and in the future", async () => {
    const policyId = await desk.newPolicy({ excludedMonths: [2] });
    for (const month of ["2040-02", "2039-12", "2040-04"])
      expect(await desk.start(policyId, month)).toMatchObject({
        status: 422,
        body: { code: "month-without-grant" },
      });
    expect(await desk.start(policyId, "2040-13")).toMatchObject({ status: 400 });
    await expect(desk.preview(policyId, "2040-02")).rejects.toThrow("month-without-grant");
    expect((await desk.preview(policyId, "2040-04")).granted).toHaveLength(5);
    expect((await desk.preview(policyId, "2040-01")).leftOut).toContainEqual(
      expect.objectContaining({ reason: "moved-in-later" }),
    );
    const byManager = { policyId, month: MONTH };
    expect(await desk.call("POST", "/grant-runs", byManager, { token: desk.site.manager })).toMatchObject({
      status: 403,
    });
  });

  it("pays what is owed first, is never refundable, and tells the gateway so that the light returns", async () => {
    const householdId = desk.homeAt(0);
    await desk.use(0, 200_000);
    const before = await desk.head(0);
    expect(before.balance.CNY).toBeLessThan(0);
    const policyId = await desk.newPolicy({ audience: { kind: "households", householdIds: [householdId] } });
    const heard = await gatewayMessageModel(desk.api.connection).countDocuments({
      gatewayId: desk.site.gatewayId,
    });
    await desk.run(policyId);
    const head = await desk.head(0);
    expect(head.balance.CNY).toBe((before.balance.CNY ?? 0) + 1500);
    expect(refundableMinor(head, "CNY")).toBe(0);
    const told = await gatewayMessageModel(desk.api.connection)
      .find({ gatewayId: desk.site.gatewayId })
      .sort({ sequence: 1 })
      .lean<{ message: { type: string; position?: { householdId: string } } }[]>();
    expect(told.slice(heard).map(({ message }) => [message.type, message.position?.householdId])).toEqual([
      ["credit", householdId],
    ]);
    expect(await desk.findings()).toEqual([]);
  });

  it("that fails for one household stops nobody else, and resumed does the rest", async () => {
    const policyId = await desk.newPolicy();
    const [lost] = await householdModel(desk.api.connection)
      .find({ _id: desk.homeAt(1) })
      .lean<Household[]>();
    const { body: job } = await desk.start(policyId);
    const removing = {
      ...grantRunJob,
      async listItems(...asked: Parameters<typeof grantRunJob.listItems>) {
        const items = await grantRunJob.listItems(...asked);
        await householdModel(desk.api.connection).deleteOne({ _id: desk.homeAt(1) });
        return items;
      },
    };
    await runNextJob(desk.api.deps, [removing]);
    expect((await desk.call<Job>("GET", `/jobs/${job.id}`)).body).toMatchObject({
      state: "failed",
      done: 4,
      failed: 1,
    });
    expect(await desk.grantsOf(policyId)).toHaveLength(4);
    if (lost) await householdModel(desk.api.connection).create(lost);
    expect(await desk.call("POST", `/jobs/${job.id}/resume`)).toMatchObject({ status: 200 });
    await desk.work();
    expect(await desk.grantsOf(policyId)).toHaveLength(5);
    expect((await desk.runOf(policyId)).job).toMatchObject({ state: "done", done: 5, failed: 0 });
  });
});
