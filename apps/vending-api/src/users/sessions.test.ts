import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";

const PASSWORD = "correct horse battery";

interface Signed {
  token: string;
  cookie: string;
}
interface SessionRow {
  id: string;
  program: string | null;
  address: string | null;
  seenAt: string;
}

let api: TestApi;
let chief: string;
beforeAll(async () => {
  api = await startTestApi();
  chief = await api.tokenFor("administrator");
});
afterAll(() => api.stop());

let counter = 0;
async function newUser(siteIds = ["s1"]): Promise<{ id: string; login: string }> {
  counter += 1;
  const body = {
    ...{ login: `worker${counter}`, name: `Worker ${counter}`, password: PASSWORD },
    ...{ roles: ["maintenance"], siteIds },
  };
  return (await api.call<{ id: string; login: string }>("POST", "/users", { token: chief, body })).body;
}
async function signIn(login: string, program: string): Promise<Signed> {
  const { headers, body } = await api.call<{ accessToken: string }>("POST", "/auth/login", {
    body: { login, password: PASSWORD },
    headers: { "user-agent": program },
  });
  return { token: body.accessToken, cookie: headers.get("set-cookie")?.split(";")[0] ?? "" };
}
const refresh = ({ cookie }: Signed) =>
  api.call<{ accessToken: string }>("POST", "/auth/refresh", { headers: { cookie } });
const sessionsOf = async (id: string, token = chief) =>
  api.call<SessionRow[]>("GET", `/users/${id}/sessions`, { token });

describe("sessions of a user", () => {
  it("are listed with where they were started, the latest first", async () => {
    const user = await newUser();
    await signIn(user.login, "Phone");
    await api.clock.advance(1000);
    await signIn(user.login, "Desk");
    const { status, body } = await sessionsOf(user.id);
    expect(status).toBe(200);
    expect(body.map(({ program }) => program)).toEqual(["Desk", "Phone"]);
    expect(body[0]?.address).toBe("127.0.0.1");
  });

  it("end one at a time: the device is out at once, the other goes on", async () => {
    const user = await newUser();
    const lost = await signIn(user.login, "Lost phone");
    const kept = await signIn(user.login, "Desk");
    const row = (await sessionsOf(user.id)).body.find(({ program }) => program === "Lost phone");
    const path = `/users/${user.id}/sessions/${row?.id}`;
    expect((await api.call("DELETE", path, { token: chief })).status).toBe(204);
    expect((await api.call("GET", "/sites", { token: lost.token })).status).toBe(401);
    expect((await refresh(lost)).status).toBe(401);
    const { status, body } = await refresh(kept);
    expect(status).toBe(200);
    expect((await api.call("GET", "/sites", { token: body.accessToken })).status).toBe(200);
    expect((await sessionsOf(user.id)).body.map(({ program }) => program)).toEqual(["Desk"]);
    expect((await api.call("DELETE", path, { token: chief })).status).toBe(204);
  });

  it("are not listed once they have ended", async () => {
    const user = await newUser();
    const signed = await signIn(user.login, "Desk");
    await api.call("POST", "/auth/logout", { headers: { cookie: signed.cookie } });
    expect((await sessionsOf(user.id)).body).toEqual([]);
  });

  it("are nobody's business at another site, and not ended through another user", async () => {
    const user = await newUser(["s2"]);
    await signIn(user.login, "Desk");
    const [row] = (await sessionsOf(user.id)).body;
    const stranger = await api.tokenFor("administrator", { siteIds: ["s1"] });
    expect((await sessionsOf(user.id, stranger)).status).toBe(404);
    const other = await newUser();
    for (const [id, token] of [
      [user.id, stranger],
      [other.id, chief],
    ] as const)
      expect((await api.call("DELETE", `/users/${id}/sessions/${row?.id}`, { token })).status).toBe(404);
    expect((await sessionsOf(user.id)).body).toHaveLength(1);
  });

  it("leave a trace when a person ends them", async () => {
    const user = await newUser();
    await signIn(user.login, "Desk");
    const [row] = (await sessionsOf(user.id)).body;
    await api.call("DELETE", `/users/${user.id}/sessions/${row?.id}`, { token: chief });
    const filter = encodeURIComponent(JSON.stringify({ resourceId: user.id, action: "users.end-session" }));
    const { body } = await api.call<{ before: object }[]>("GET", `/audit?filter=${filter}`, { token: chief });
    expect(body).toMatchObject([{ before: { id: row?.id, program: "Desk" } }]);
  });
});
