import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ledgerOf } from "../ledger/ledger.ts";
import { expireGrants } from "./expire-grants.ts";
import { monthsToShow } from "./grant-months.ts";
import { GrantDesk, MONTH } from "./testing/grant-desk.ts";

interface Month {
  month: string;
  dueOn: string | null;
  runAt: string | null;
  isReversed: boolean;
  given: number;
}

let desk: GrantDesk;
beforeAll(async () => {
  desk = await GrantDesk.open(3);
});
afterAll(() => desk.api.stop());

const monthsOf = async (policyId: string) => {
  // What is left comes from balances, which are folded behind the journal.
  await ledgerOf(desk.api.connection).idle();
  return (await desk.call<Month[]>("GET", `/grant-policies/${policyId}/months`)).body;
};
const monthOf = async (policyId: string, month = MONTH) =>
  (await monthsOf(policyId)).find((row) => row.month === month);

describe("the months of a grant policy", () => {
  it("begin with the next that is due, then go back to where the policy begins", async () => {
    const policyId = await desk.newPolicy({ excludedMonths: [2, 4], validFrom: "2040-01-10" });
    expect(await monthsOf(policyId)).toMatchObject([
      { month: "2040-05", dueOn: "2040-05-05", runAt: null },
      { month: "2040-03", dueOn: "2040-03-05", runAt: null },
      { month: "2040-02", dueOn: null, runAt: null },
      { month: "2040-01", dueOn: null, runAt: null },
    ]);
  });

  it("say how much was used, taken back and left, to the unit", async () => {
    const policyId = await desk.newPolicy();
    await desk.run(policyId);
    await desk.use(0, 100_000);
    await desk.use(1, 200_000);
    expect(await monthOf(policyId)).toMatchObject({
      households: 3,
      given: 4500,
      used: 2500,
      expired: 0,
      takenBack: 0,
      left: 2000,
      isReversed: false,
    });
    await desk.reverse(policyId);
    expect(await monthOf(policyId)).toMatchObject({
      given: 4500,
      used: 2500,
      takenBack: 2000,
      left: 0,
      isReversed: true,
    });
  });

  it("say what has expired, and keep one policy's grants apart from another's", async () => {
    const gift = { kind: "energy", wh: 8000, per: "household" };
    const policyId = await desk.newPolicy({ gift, expiry: { kind: "days", days: 1 } });
    const other = await desk.newPolicy({ gift });
    await desk.run(policyId);
    await desk.run(other);
    await expireGrants(desk.api.deps, new Date(desk.api.clock.now().getTime() + 2 * 86_400_000));
    expect(await monthOf(policyId)).toMatchObject({ given: 24_000, used: 0, expired: 24_000, left: 0 });
    expect(await monthOf(other)).toMatchObject({ given: 24_000, used: 0, expired: 0, left: 24_000 });
  });

  it("are seen by managers, and by nobody of another site", async () => {
    const policyId = await desk.newPolicy();
    const path = `/grant-policies/${policyId}/months`;
    const stranger = await desk.api.tokenFor("campus-admin", { siteIds: ["elsewhere"] });
    const technician = await desk.api.tokenFor("maintenance", { siteIds: [desk.site.siteId] });
    expect(await desk.call("GET", path, undefined, { token: desk.site.manager })).toMatchObject({
      status: 200,
    });
    expect(await desk.call("GET", path, undefined, { token: stranger })).toMatchObject({ status: 404 });
    expect(await desk.call("GET", path, undefined, { token: technician })).toMatchObject({ status: 403 });
  });
});

describe("the months to show", () => {
  const policy = {
    _id: "p",
    siteId: "s",
    name: "Free power",
    audience: { kind: "everyone" },
    gift: { kind: "energy", wh: 1, per: "household" },
    dayOfMonth: 31,
    excludedMonths: [],
    carry: { kind: "none" },
    expiry: { kind: "never" },
    validFrom: "2020-01-01",
    validUntil: null,
    isAutomatic: true,
    automaticSince: new Date("2020-01-01T00:00:00Z"),
  } as const;
  const atMs = Date.parse("2026-03-31T17:00:00Z");
  it.each([
    ["a year back, by the site's month", {}, "Asia/Shanghai", "2026-05", "2025-04"],
    ["in a zone where it is still March", {}, "Europe/London", "2026-04", "2025-03"],
    [
      "nothing ahead of a policy that has ended",
      { validUntil: "2026-02-28" },
      "Asia/Shanghai",
      "2026-04",
      "2025-04",
    ],
  ])("are %s", (_name, change, timeZone, first, last) => {
    const months = monthsToShow({ ...policy, excludedMonths: [], ...change }, timeZone, atMs);
    expect([months[0], months.at(-1)]).toEqual([first, last]);
  });
});
