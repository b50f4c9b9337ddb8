import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GrantDesk, MONTH, POLICY } from "./testing/grant-desk.ts";

let desk: GrantDesk;
beforeAll(async () => {
  desk = await GrantDesk.open(1);
});
afterAll(() => desk.api.stop());

describe("grant policies", () => {
  it("are changed by campus administrators, read by managers, and leave a trace of both states", async () => {
    const body = { siteId: desk.site.siteId, name: "Free power", ...POLICY };
    expect(await desk.call("POST", "/grant-policies", body, { token: desk.site.manager })).toMatchObject({
      status: 403,
    });
    const id = await desk.newPolicy({}, "Free power");
    const path = `/grant-policies/${id}`;
    expect(await desk.call("GET", path, undefined, { token: desk.site.manager })).toMatchObject({
      body: { name: "Free power" },
    });
    expect(await desk.call("PATCH", path, { dayOfMonth: 7 }, { token: desk.site.manager })).toMatchObject({
      status: 403,
    });
    expect(await desk.call("PATCH", path, { dayOfMonth: 7 })).toMatchObject({ body: { dayOfMonth: 7 } });
    const filter = encodeURIComponent(JSON.stringify({ resource: "grant-policies", resourceId: id }));
    const audit = await desk.call<object[]>("GET", `/audit?filter=${filter}`, undefined, {
      token: desk.site.administrator,
    });
    expect(audit.body).toContainEqual(
      expect.objectContaining({
        action: "grant-policies.update",
        before: expect.objectContaining({ dayOfMonth: 5 }),
        after: expect.objectContaining({ dayOfMonth: 7 }),
      }),
    );
  });

  it("of another site do not exist", async () => {
    const id = await desk.newPolicy();
    const stranger = await desk.api.tokenFor("campus-admin", { siteIds: ["elsewhere"] });
    expect(await desk.call("GET", `/grant-policies/${id}`, undefined, { token: stranger })).toMatchObject({
      status: 404,
    });
    const body = { policyId: id, month: MONTH };
    expect(await desk.call("POST", "/grant-runs", body, { token: stranger })).toMatchObject({ status: 404 });
    const elsewhere = { ...POLICY, siteId: "elsewhere", name: "x" };
    expect(await desk.call("POST", "/grant-policies", elsewhere)).toMatchObject({ status: 422 });
  });

  it.each([
    { what: "a day that is none", change: { dayOfMonth: 32 }, code: "invalid-body" },
    { what: "nothing", change: { gift: { kind: "energy", wh: 0, per: "household" } }, code: "invalid-body" },
    {
      what: "every month excluded",
      change: { excludedMonths: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
      code: "invalid-body",
    },
    {
      what: "29 February each year",
      change: { expiry: { kind: "yearly", monthDay: "02-29" } },
      code: "invalid-body",
    },
    { what: "an end before its start", change: { validUntil: "2039-12-31" }, code: "invalid-body" },
    {
      what: "a strange building",
      change: { audience: { kind: "buildings", buildingIds: ["b"] } },
      code: "reference-unknown",
    },
    {
      what: "a strange household",
      change: { audience: { kind: "households", householdIds: ["h"] } },
      code: "reference-unknown",
    },
  ])("refuse $what", async ({ change, code }) => {
    const body = { siteId: desk.site.siteId, name: "Never", ...POLICY, ...change };
    expect(await desk.call("POST", "/grant-policies", body)).toMatchObject({ body: { code } });
    const id = await desk.newPolicy();
    expect(await desk.call("PATCH", `/grant-policies/${id}`, change)).toMatchObject({ body: { code } });
  });

  it("with runs stay, without are removed", async () => {
    const [idle, busy] = [await desk.newPolicy(), await desk.newPolicy()];
    await desk.run(busy);
    expect(await desk.call("DELETE", `/grant-policies/${busy}`)).toMatchObject({
      body: { code: "still-in-use" },
    });
    expect(await desk.call("DELETE", `/grant-policies/${idle}`)).toMatchObject({ status: 204 });
  });
});
