import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";

interface Row {
  id: string;
  name: string;
}
interface UnitRow extends Row {
  householdId: string | null;
}

const SITE = { name: "North campus", timeZone: "Asia/Shanghai", currency: "CNY" };

let api: TestApi;
let chief: string;
let manager: string;
let stranger: string;
let siteId: string;
let buildingId: string;

beforeAll(async () => {
  api = await startTestApi();
  chief = await api.tokenFor("administrator");
  siteId = (await add<Row>("/sites", SITE)).id;
  buildingId = (await add<Row>("/buildings", { siteId, name: "Hall 1", floors: 6 })).id;
  manager = await api.tokenFor("property-manager", { siteIds: [siteId] });
  const otherSite = await add<Row>("/sites", { ...SITE, name: "South campus" });
  stranger = await api.tokenFor("administrator", { siteIds: [otherSite.id] });
});
afterAll(() => api.stop());

async function add<Body>(path: string, body: object, token = chief): Promise<Body> {
  const answer = await api.call<Body>("POST", path, { token, body });
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
}
let counter = 100;
const newUnit = () => {
  counter += 1;
  return add<UnitRow>("/units", { buildingId, name: String(counter), floor: 1 });
};
const newHousehold = async (name = "Household") => {
  const unit = await newUnit();
  return { unit, household: await add<Row>("/households", { unitId: unit.id, name }, manager) };
};
async function list(path: string, filter: object, token = chief) {
  const query = `filter=${encodeURIComponent(JSON.stringify(filter))}`;
  const answer = await api.call<Row[]>("GET", `${path}?${query}`, { token });
  expect(answer.status).toBe(200);
  return answer.body;
}

describe("sites", () => {
  it("derive the digits of their currency", async () => {
    const yen = await add<{ currencyDigits: number }>("/sites", {
      ...SITE,
      name: "Osaka",
      timeZone: "Asia/Tokyo",
      currency: "JPY",
    });
    expect(yen).toMatchObject({ currencyDigits: 0, holidays: [], restWeekdays: [6, 7] });
    expect((await api.call("GET", `/sites/${siteId}`, { token: chief })).body).toMatchObject({
      currencyDigits: 2,
    });
  });

  it.each<[string, object, string]>([
    ["a zone that does not exist", { timeZone: "Asia/Nowhere" }, "timeZone"],
    ["an offset for a zone", { timeZone: "+08:00x" }, "timeZone"],
    ["a currency that does not exist", { currency: "XYZZ" }, "currency"],
    ["a currency in lower case", { currency: "cny" }, "currency"],
    ["a day that does not exist", { holidays: ["2026-02-30"] }, "holidays.0"],
    ["an eighth weekday", { restWeekdays: [8] }, "restWeekdays.0"],
    ["an empty name", { name: "  " }, "name"],
    ["digits of one's own", { currencyDigits: 3 }, "currencyDigits"],
  ])("are refused with %s", async (_what, fields, path) => {
    const answer = await api.call("POST", "/sites", {
      token: chief,
      body: { ...SITE, name: "X", ...fields },
    });
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid-body", errors: [{ path }] } });
  });

  it("keep their currency and time zone for ever", async () => {
    for (const body of [{ currency: "EUR" }, { timeZone: "Europe/Berlin" }]) {
      expect((await api.call("PATCH", `/sites/${siteId}`, { token: chief, body })).status).toBe(400);
    }
    const body = { holidays: ["2026-10-01", "2026-01-01", "2026-10-01"] };
    const answer = await api.call("PATCH", `/sites/${siteId}`, { token: chief, body });
    expect(answer.body).toMatchObject({ holidays: ["2026-01-01", "2026-10-01"], currency: "CNY" });
  });

  it("are added by an administrator of every site only", async () => {
    const answer = await api.call("POST", "/sites", { token: stranger, body: { ...SITE, name: "Mine" } });
    expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });
});

describe("rows of another site", () => {
  it("do not exist: not in lists, not by id, not to be changed, not to be named", async () => {
    const { unit, household } = await newHousehold();
    const resident = await add<Row>("/residents", { householdId: household.id, name: "Li Wei" });
    const rows = [
      ["/sites", siteId],
      ["/buildings", buildingId],
      ["/units", unit.id],
      ["/households", household.id],
      ["/residents", resident.id],
    ] as const;
    for (const [path, id] of rows) {
      expect((await api.call("GET", `${path}/${id}`, { token: stranger })).body.code, path).toBe("not-found");
      expect(await list(path, { id: [id] }, stranger), path).toEqual([]);
      const patch = { token: stranger, body: { name: "Mine now" } };
      // Administrators may change every one of these where they may see it.
      expect((await api.call("PATCH", `${path}/${id}`, patch)).status, path).toBe(404);
      expect(await list(path, { id: [id] }), path).toHaveLength(1);
    }
    const named: [string, object][] = [
      ["/buildings", { siteId, name: "B", floors: 1 }],
      ["/units", { buildingId, name: "B", floor: 1 }],
      ["/households", { unitId: unit.id, name: "B" }],
      ["/residents", { householdId: household.id, name: "B" }],
    ];
    for (const [path, body] of named) {
      const answer = await api.call("POST", path, { token: stranger, body });
      expect(answer, path).toMatchObject({ status: 422, body: { code: "reference-unknown" } });
    }
  });
});

describe("buildings and units", () => {
  it("have names unique within what holds them", async () => {
    const other = await add<Row>("/buildings", { siteId, name: "Hall 2", floors: 2 });
    await add("/units", { buildingId, name: "A1", floor: 1 });
    await add("/units", { buildingId: other.id, name: "A1", floor: 1 });
    const twice = await api.call("POST", "/units", {
      token: chief,
      body: { buildingId, name: "A1", floor: 2 },
    });
    expect(twice).toMatchObject({ status: 409, body: { code: "name-taken", errors: [{ path: "name" }] } });
    const second = await add<Row>("/units", { buildingId, name: "A2", floor: 1 });
    const renamed = await api.call("PATCH", `/units/${second.id}`, { token: chief, body: { name: "A1" } });
    expect(renamed).toMatchObject({ status: 409, body: { code: "name-taken" } });
  });

  it("are removed only when nothing depends on them", async () => {
    const { unit } = await newHousehold();
    const empty = await newUnit();
    const remove = (path: string) => api.call("DELETE", path, { token: chief });
    expect(await remove(`/buildings/${buildingId}`)).toMatchObject({
      status: 409,
      body: { code: "still-in-use" },
    });
    expect(await remove(`/units/${unit.id}`)).toMatchObject({ status: 409, body: { code: "still-in-use" } });
    expect((await remove(`/units/${empty.id}`)).status).toBe(204);
    expect((await remove(`/units/${empty.id}`)).status).toBe(404);
  });

  it("list in a stable order, page after page", async () => {
    const building = await add<Row>("/buildings", { siteId, name: "Tower", floors: 9 });
    for (let floor = 1; floor <= 7; floor += 1) {
      await add("/units", { buildingId: building.id, name: `T${floor}`, floor: floor % 2 });
    }
    const filter = encodeURIComponent(JSON.stringify({ buildingId: building.id }));
    const pages: string[] = [];
    for (const range of ["[0,2]", "[3,5]", "[6,8]"]) {
      const answer = await api.call<Row[]>(
        "GET",
        `/units?filter=${filter}&sort=["floor","DESC"]&range=${range}`,
        { token: chief },
      );
      pages.push(answer.headers.get("content-range") ?? "", ...answer.body.map(({ name }) => name));
    }
    const names = pages.filter((entry) => entry.startsWith("T"));
    expect(new Set(names).size).toBe(7);
    expect(pages.filter((entry) => entry.startsWith("units"))).toEqual([
      "units 0-2/7",
      "units 3-5/7",
      "units 6-6/7",
    ]);
  });
});

describe("households", () => {
  it("occupy their unit", async () => {
    const { unit, household } = await newHousehold("Family Wang");
    expect(household).toEqual({
      id: expect.any(String),
      siteId,
      unitId: unit.id,
      unitName: unit.name,
      name: "Family Wang",
      circuitIds: [],
      status: "open",
      tags: [],
      tariffId: null,
      cutMinor: 0,
      releaseMinor: 0,
      residents: [],
      pastRooms: [],
      openedAt: api.clock.now().toISOString(),
    });
    expect((await api.call<UnitRow>("GET", `/units/${unit.id}`, { token: chief })).body.householdId).toBe(
      household.id,
    );
    expect(await list("/units", { householdId: household.id })).toHaveLength(1);
  });

  it("never share a unit, however many open at once", async () => {
    const unit = await newUnit();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        api.call("POST", "/households", {
          token: manager,
          body: { unitId: unit.id, name: `Family ${index}` },
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === "unit-occupied")).toHaveLength(7);
  });

  it("are found by the beginning of any word of household, unit or resident", async () => {
    const { unit, household } = await newHousehold("Family Ouyang");
    await add("/residents", { householdId: household.id, name: "Zhuge Liang 诸葛亮" });
    for (const q of ["ouy", "FAMILY OUY", unit.name, "liang", "诸葛"]) {
      const found = await list("/households", { q }, manager);
      expect(
        found.map(({ id }) => id),
        q,
      ).toContain(household.id);
    }
    expect(await list("/households", { q: "uyang" }, manager)).toEqual([]);
    expect(await list("/households", { q: ".*" }, manager)).toEqual([]);
    expect(await list("/households", { q: "ouy" }, stranger)).toEqual([]);
  });

  it("are found by a new name and no longer by the old one", async () => {
    const { household } = await newHousehold("Family Sima");
    await api.call("PATCH", `/households/${household.id}`, {
      token: manager,
      body: { name: "Family Xiahou" },
    });
    expect(await list("/households", { q: "xiahou" })).toHaveLength(1);
    expect(await list("/households", { q: "sima" })).toEqual([]);
  });

  it.each<[string, object, number, string]>([
    ["a unit that does not exist", { unitId: "none" }, 422, "unitId"],
    ["a tariff that does not exist", { tariffId: "none" }, 422, "tariffId"],
    ["a release value below the cut value", { cutMinor: 100, releaseMinor: 99 }, 400, "releaseMinor"],
    ["a fraction of a cent", { cutMinor: 0.5 }, 400, "cutMinor"],
    ["a status of one's own", { status: "closed" }, 400, "status"],
    ["an operator for the unit", { unitId: { $ne: null } }, 400, "unitId"],
  ])("are refused with %s", async (_what, fields, status, path) => {
    const unit = await newUnit();
    const body = { unitId: unit.id, name: "Family", ...fields };
    const answer = await api.call("POST", "/households", { token: manager, body });
    expect(answer).toMatchObject({ status, body: { errors: [{ path }] } });
    expect(
      (await api.call<UnitRow>("GET", `/units/${unit.id}`, { token: chief })).body.householdId,
    ).toBeNull();
  });
});

describe("residents", () => {
  it("belong to a household and may have a login of it", async () => {
    const { household } = await newHousehold();
    const account = await add<Row>("/users", {
      login: "zhang.san",
      name: "Zhang San",
      password: "correct horse battery",
      roles: ["resident"],
      siteIds: [siteId],
      householdId: household.id,
    });
    const fields = { householdId: household.id, name: "Zhang San", phone: "+86 138 0000 0000" };
    const resident = await add<Row>("/residents", { ...fields, userId: account.id }, manager);
    expect(resident).toEqual({ id: expect.any(String), siteId, ...fields, userId: account.id });
    const other = await newHousehold();
    const foreign = { ...fields, householdId: other.household.id, userId: account.id };
    const answer = await api.call("POST", "/residents", { token: manager, body: foreign });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: "userId" }] } });
    const shown = await api.call("GET", `/households/${household.id}`, { token: manager });
    expect(shown.body).toMatchObject({ residents: [{ id: resident.id, name: "Zhang San" }] });
    expect((await api.call("DELETE", `/residents/${resident.id}`, { token: manager })).status).toBe(204);
  });

  it.each(["call me", "12", "+86 138 0000 0000 0000 0000"])(
    "are refused with %j for a telephone",
    async (phone) => {
      const { household } = await newHousehold();
      const body = { householdId: household.id, name: "Li", phone };
      const answer = await api.call("POST", "/residents", { token: manager, body });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: "phone" }] } });
    },
  );
});

describe("the audit", () => {
  it("keeps who changed what, from what, to what", async () => {
    const { household } = await newHousehold("Before");
    const patch = await api.call("PATCH", `/households/${household.id}`, {
      token: manager,
      body: { name: "After" },
    });
    const filter = encodeURIComponent(
      JSON.stringify({ resourceId: household.id, action: "households.update" }),
    );
    const { body } = await api.call<object[]>("GET", `/audit?filter=${filter}`, { token: chief });
    expect(body).toEqual([
      {
        id: expect.any(String),
        at: api.clock.now().toISOString(),
        siteId,
        actor: { id: expect.any(String), name: "Test property-manager", role: "property-manager" },
        action: "households.update",
        resource: "households",
        resourceId: household.id,
        before: expect.objectContaining({ name: "Before" }),
        after: expect.objectContaining({ name: "After" }),
        reason: null,
        requestId: patch.headers.get("x-request-id"),
        seq: expect.any(Number),
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
    const others = await api.call<object[]>("GET", `/audit?filter=${filter}`, { token: stranger });
    expect(others.body).toEqual([]);
  });
});
