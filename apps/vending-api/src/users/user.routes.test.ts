import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EVERY_SITE } from "../http/access.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import type { UserAnswer } from "./present-user.ts";

const PASSWORD = "correct horse battery";

let api: TestApi;
let chief: string;
let siteAdministrator: string;

beforeAll(async () => {
  api = await startTestApi();
  chief = await api.tokenFor("administrator");
  siteAdministrator = await api.tokenFor("administrator", { siteIds: ["s1"] });
});
afterAll(() => api.stop());

let counter = 0;
function newUser(fields: object = {}) {
  counter += 1;
  return {
    login: `user${counter}`,
    name: `User ${counter}`,
    password: PASSWORD,
    roles: ["maintenance"],
    siteIds: ["s1"],
    ...fields,
  };
}
async function addedUser(fields: object = {}): Promise<UserAnswer> {
  const { status, body } = await api.call<UserAnswer>("POST", "/users", {
    token: chief,
    body: newUser(fields),
  });
  expect(status).toBe(201);
  return body;
}

describe("users", () => {
  it("are added, read, changed and removed by an administrator of their sites", async () => {
    const token = siteAdministrator;
    const { body: user } = await api.call<UserAnswer>("POST", "/users", {
      token,
      body: newUser({ locale: "zh" }),
    });
    expect(user).toEqual({
      id: expect.any(String),
      login: expect.any(String),
      name: expect.any(String),
      roles: ["maintenance"],
      siteIds: ["s1"],
      locale: "zh",
      status: "active",
    });
    expect((await api.call("GET", `/users/${user.id}`, { token })).body).toEqual(user);
    const changed = await api.call("PATCH", `/users/${user.id}`, { token, body: { name: "Wu Gang" } });
    expect(changed.body).toEqual({ ...user, name: "Wu Gang" });
    expect((await api.call("DELETE", `/users/${user.id}`, { token })).status).toBe(204);
    expect((await api.call("GET", `/users/${user.id}`, { token })).status).toBe(404);
  });

  it("are found by login or name, within the caller's sites", async () => {
    const here = await addedUser({ name: "Zhang San" });
    await addedUser({ name: "Zhang Other", siteIds: ["s2"] });
    const filter = encodeURIComponent(JSON.stringify({ q: "zhang" }));
    const { body } = await api.call<UserAnswer[]>("GET", `/users?filter=${filter}`, {
      token: siteAdministrator,
    });
    expect(body.map(({ id }) => id)).toEqual([here.id]);
  });

  it.each([
    ["for another site", { siteIds: ["s2"] }],
    ["for the own and another site", { siteIds: ["s1", "s2"] }],
    ["for every site", { roles: ["administrator"], siteIds: [EVERY_SITE] }],
  ])("are not added %s by an administrator of one", async (_what, fields) => {
    const answer = await api.call("POST", "/users", { token: siteAdministrator, body: newUser(fields) });
    expect(answer).toMatchObject({ status: 403, body: { code: "role-not-grantable" } });
  });

  it("of other sites do not exist for an administrator of one", async () => {
    const other = await addedUser({ siteIds: ["s2"] });
    const both = await addedUser({ siteIds: ["s1", "s2"] });
    for (const { id } of [other, both]) {
      for (const [method, body] of [["GET"], ["PATCH", { name: "x" }], ["DELETE"]] as const) {
        expect((await api.call(method, `/users/${id}`, { token: siteAdministrator, body })).status).toBe(404);
      }
    }
  });

  it("do not reach further by being changed than by being added", async () => {
    const user = await addedUser();
    for (const body of [{ siteIds: ["s1", "s2"] }, { siteIds: [EVERY_SITE] }]) {
      const answer = await api.call("PATCH", `/users/${user.id}`, { token: siteAdministrator, body });
      expect(answer).toMatchObject({ status: 403, body: { code: "role-not-grantable" } });
    }
    expect((await api.call("GET", `/users/${user.id}`, { token: chief })).body).toEqual(user);
  });

  it("do not change their own reach, nor remove themselves", async () => {
    const { body: users } = await api.call<UserAnswer[]>("GET", "/users?range=[0,99]", {
      token: siteAdministrator,
    });
    const self = users.find(
      ({ roles, siteIds }) => roles[0] === "administrator" && siteIds[0] === "s1",
    ) as UserAnswer;
    for (const body of [{ roles: ["maintenance"] }, { status: "disabled" }]) {
      const answer = await api.call("PATCH", `/users/${self.id}`, { token: siteAdministrator, body });
      expect(answer).toMatchObject({ status: 403, body: { code: "role-not-grantable" } });
    }
    expect((await api.call("DELETE", `/users/${self.id}`, { token: siteAdministrator })).status).toBe(403);
  });

  it("lose access at once when disabled", async () => {
    const user = await addedUser();
    const login = { body: { login: user.login, password: PASSWORD } };
    const { body } = await api.call<{ accessToken: string }>("POST", "/auth/login", login);
    expect((await api.call("GET", "/sites", { token: body.accessToken })).status).toBe(200);
    await api.call("PATCH", `/users/${user.id}`, { token: chief, body: { status: "disabled" } });
    expect((await api.call("GET", "/sites", { token: body.accessToken })).status).toBe(401);
    expect((await api.call("POST", "/auth/login", login)).status).toBe(401);
  });

  it("have one login each, whatever its case", async () => {
    const { login } = await addedUser();
    const answer = await api.call("POST", "/users", {
      token: chief,
      body: newUser({ login: login.toUpperCase() }),
    });
    expect(answer).toMatchObject({ status: 409, body: { code: "login-taken", errors: [{ path: "login" }] } });
  });

  it.each<[string, object, number, string]>([
    ["a role that nobody has", { roles: ["king"] }, 400, "roles.0"],
    ["a gateway's role", { roles: ["gateway"] }, 400, "roles.0"],
    ["no role", { roles: [] }, 400, "roles"],
    ["no site", { siteIds: [] }, 400, "siteIds"],
    ["a login with spaces", { login: "li wei" }, 400, "login"],
    ["a short password", { password: "short" }, 400, "password"],
    ["a password with the login in it", { login: "liwei88", password: "liwei88-2026" }, 422, "password"],
    ["a resident without household", { roles: ["resident"] }, 400, "householdId"],
    ["a hash of one's own", { passwordHash: "x" }, 400, "passwordHash"],
    ["an epoch of one's own", { sessionEpoch: 9 }, 400, "sessionEpoch"],
  ])("are refused with %s", async (_what, fields, status, path) => {
    const answer = await api.call("POST", "/users", { token: chief, body: newUser(fields) });
    expect(answer).toMatchObject({ status, body: { errors: [expect.objectContaining({ path })] } });
  });

  it("leave a trace of every change, without secrets", async () => {
    const user = await addedUser();
    await api.call("PATCH", `/users/${user.id}`, {
      token: chief,
      body: { password: "another good password" },
    });
    await api.call("PATCH", `/users/${user.id}`, { token: chief, body: { name: "Renamed" } });
    await api.call("DELETE", `/users/${user.id}`, { token: chief });
    const filter = encodeURIComponent(JSON.stringify({ resource: "users", resourceId: user.id }));
    const { body } = await api.call<{ action: string; before: object; after: object }[]>(
      "GET",
      `/audit?filter=${filter}&sort=["at","ASC"]`,
      { token: siteAdministrator },
    );
    expect(body.map(({ action }) => action)).toEqual([
      "users.create",
      "users.reset-password",
      "users.update",
      "users.delete",
    ]);
    expect(body[2]).toMatchObject({ before: { name: user.name }, after: { name: "Renamed" } });
    expect(JSON.stringify(body)).not.toMatch(/argon2|password(Hash)?":/);
  });
});
