import argon2 from "@node-rs/argon2";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { EVERY_SITE } from "../http/access.ts";
import { attemptsModel } from "../http/attempt-count.ts";
import { startTestApi, type TestAnswer, type TestApi } from "../testing/start-test-api.ts";
import { addUser } from "./add-user.ts";
import { userModel } from "./user.model.ts";

const PASSWORD = "correct horse battery";
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

interface SignedIn {
  accessToken: string;
  expiresInS: number;
  user: { id: string; login: string; roles: string[]; siteIds: string[] };
}

let api: TestApi;
let counter = 0;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

/** Each test has its own login and address, so that no limit is shared. */
async function newLogin() {
  counter += 1;
  const login = `person${counter}`;
  const user = await addUser(
    api.connection,
    { login, name: "Li Wei", password: PASSWORD, roles: ["administrator"], siteIds: [EVERY_SITE] },
    api.clock.now(),
  );
  const from = { "x-forwarded-for": `10.0.0.${counter}` };
  return {
    id: user._id,
    login,
    from,
    signIn: (password = PASSWORD, as = login) =>
      api.call<SignedIn & { code?: string }>("POST", "/auth/login", {
        body: { login: as, password },
        headers: from,
      }),
    refresh: (cookie: string) =>
      api.call<SignedIn & { code?: string }>("POST", "/auth/refresh", { headers: { cookie } }),
  };
}

function cookieOf(answer: TestAnswer<unknown>): string {
  return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
}

const isLetIn = async (token: string) => (await api.call("GET", "/sites", { token })).status === 200;

describe("login", () => {
  it("answers a token for 15 minutes, the user without secrets, and a cookie that scripts can't read", async () => {
    const person = await newLogin();
    const answer = await person.signIn();
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      accessToken: expect.any(String),
      expiresInS: 900,
      user: {
        id: person.id,
        login: person.login,
        name: "Li Wei",
        roles: ["administrator"],
        siteIds: [EVERY_SITE],
        locale: "en",
        status: "active",
      },
    });
    expect(answer.headers.get("set-cookie")).toMatch(
      /^hallmeter_refresh=[^;]+; Path=\/api\/v1\/auth; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    expect(await isLetIn(answer.body.accessToken)).toBe(true);
    api.clock.sleep(15 * MINUTE_MS);
    expect(await isLetIn(answer.body.accessToken)).toBe(false);
  });

  it("does not care about the case of the login", async () => {
    const person = await newLogin();
    expect((await person.signIn(PASSWORD, person.login.toUpperCase())).status).toBe(200);
  });

  it("says the same to a wrong password, an unknown login and a disabled account", async () => {
    const person = await newLogin();
    const disabled = await newLogin();
    await userModel(api.connection).updateOne({ _id: disabled.id }, { $set: { status: "disabled" } });
    const answers = [
      await person.signIn("wrong password"),
      await person.signIn(PASSWORD, "nobody"),
      await disabled.signIn(),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 401, body: { code: "wrong-credentials" } });
      expect(answer.headers.get("set-cookie")).toBeNull();
    }
    expect(new Set(answers.map(({ body }) => JSON.stringify({ ...body, requestId: "" }))).size).toBe(1);
  });

  it("does the same work for an unknown login as for a wrong password, so that time tells nothing", async () => {
    const person = await newLogin();
    const checked = vi.spyOn(argon2, "verify");
    for (const login of [person.login, "nobody-at-all"]) {
      checked.mockClear();
      await person.signIn("wrong password", login);
      expect(checked.mock.calls, login).toEqual([
        [expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/), "wrong password"],
      ]);
    }
    checked.mockRestore();
  });

  it.each([
    ["no password", { login: "x" }],
    ["an operator for the login", { login: { $gt: "" }, password: "x" }],
    ["an operator for the password", { login: "x", password: { $ne: null } }],
    ["a password of a megabyte's start", { login: "x", password: "x".repeat(129) }],
    ["one field more", { login: "x", password: "x", roles: ["administrator"] }],
  ])("refuses %s", async (_what, body) => {
    expect(await api.call("POST", "/auth/login", { body })).toMatchObject({
      status: 400,
      body: { code: "invalid-body" },
    });
  });
});

describe("the login limit", () => {
  it("holds against a burst: ten guesses in 15 minutes, whatever their order", async () => {
    const person = await newLogin();
    const answers = await Promise.all(Array.from({ length: 16 }, () => person.signIn("wrong password")));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(6);
    const refused = await person.signIn();
    expect(refused.body).toMatchObject({ code: "too-many-attempts" });
    expect(Number(refused.headers.get("retry-after"))).toBe(900);
    api.clock.sleep(15 * MINUTE_MS);
    expect((await person.signIn()).status).toBe(200);
  });

  it("forgets failures after a good password", async () => {
    const person = await newLogin();
    for (let turn = 0; turn < 9; turn += 1) await person.signIn("wrong password");
    expect((await person.signIn()).status).toBe(200);
    expect((await person.signIn("wrong password")).status).toBe(401);
  });

  it("counts an address over all logins, and leaves another address alone", async () => {
    const person = await newLogin();
    const other = await newLogin();
    // A hundred guesses cost seconds of hashing; 99 of them are written down as they would have been.
    await person.signIn("wrong password", "guess");
    await attemptsModel(api.connection).updateOne(
      { _id: `address:${person.from["x-forwarded-for"]}`, attempts: 1 },
      { $set: { attempts: 100 } },
    );
    expect((await person.signIn()).status).toBe(429);
    expect((await other.signIn()).status).toBe(200);
  });
});

describe("refresh", () => {
  it("rotates the cookie with each use", async () => {
    const person = await newLogin();
    const first = cookieOf(await person.signIn());
    const answer = await person.refresh(first);
    expect(answer).toMatchObject({ status: 200, body: { user: { id: person.id } } });
    expect(cookieOf(answer)).not.toBe(first);
    expect(await isLetIn(answer.body.accessToken)).toBe(true);
  });

  it("ends the whole session when a replaced cookie comes back", async () => {
    const person = await newLogin();
    const stolen = cookieOf(await person.signIn());
    const current = cookieOf(await person.refresh(stolen));
    api.clock.advance(MINUTE_MS);
    expect(await person.refresh(stolen)).toMatchObject({ status: 401, body: { code: "refresh-reused" } });
    expect(await person.refresh(current)).toMatchObject({ status: 401, body: { code: "refresh-reused" } });
  });

  it("ends it at once for a cookie replaced twice, grace or not", async () => {
    const person = await newLogin();
    const first = cookieOf(await person.signIn());
    const second = cookieOf(await person.refresh(first));
    await person.refresh(second);
    expect((await person.refresh(first)).body.code).toBe("refresh-reused");
  });

  it("lets tabs that wake together all go on, with one and the same next cookie", async () => {
    const person = await newLogin();
    const cookie = cookieOf(await person.signIn());
    const answers = await Promise.all(Array.from({ length: 6 }, () => person.refresh(cookie)));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
    const next = new Set(answers.map(cookieOf));
    expect(next.size).toBe(1);
    api.clock.advance(MINUTE_MS);
    expect((await person.refresh([...next][0] as string)).status).toBe(200);
  });

  it.each([
    ["no cookie", ""],
    ["a forged cookie", `hallmeter_refresh=${"0".repeat(24)}.1.${"A".repeat(43)}`],
    ["nonsense", "hallmeter_refresh=%00"],
  ])("refuses %s", async (_what, cookie) => {
    expect(await api.call("POST", "/auth/refresh", { headers: { cookie } })).toMatchObject({
      status: 401,
      body: { code: "unauthenticated" },
    });
  });

  it("ends after 14 days without use and after 90 in any case", async () => {
    const person = await newLogin();
    const idle = cookieOf(await person.signIn());
    api.clock.sleep(14 * DAY_MS);
    expect((await person.refresh(idle)).body.code).toBe("unauthenticated");
    let used = cookieOf(await person.signIn());
    for (let day = 0; day < 81; day += 9) {
      api.clock.sleep(9 * DAY_MS);
      used = cookieOf(await person.refresh(used));
    }
    api.clock.sleep(9 * DAY_MS);
    expect((await person.refresh(used)).body.code).toBe("unauthenticated");
  });

  it("is over after logout, and logging out twice is no mistake", async () => {
    const person = await newLogin();
    const cookie = cookieOf(await person.signIn());
    const answer = await api.call("POST", "/auth/logout", { headers: { cookie } });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("set-cookie")).toContain(
      "hallmeter_refresh=; Path=/api/v1/auth; Expires=Thu, 01 Jan 1970",
    );
    expect((await person.refresh(cookie)).status).toBe(401);
    expect((await api.call("POST", "/auth/logout", { headers: { cookie } })).status).toBe(204);
  });
});

describe("changing the own password", () => {
  const NEXT = "another good password";

  it("ends every other session at once and keeps this one", async () => {
    const person = await newLogin();
    const here = await person.signIn();
    const there = await person.signIn();
    const body = { currentPassword: PASSWORD, newPassword: NEXT };
    const answer = await api.call<SignedIn>("POST", "/auth/password", { token: here.body.accessToken, body });
    expect(answer.status).toBe(200);
    expect(await isLetIn(there.body.accessToken)).toBe(false);
    expect((await person.refresh(cookieOf(there))).status).toBe(401);
    expect(await isLetIn(answer.body.accessToken)).toBe(true);
    expect((await person.refresh(cookieOf(answer))).status).toBe(200);
    expect((await person.signIn()).status).toBe(401);
    expect((await person.signIn(NEXT)).status).toBe(200);
  });

  it.each([
    [
      "the wrong current one",
      { currentPassword: "wrong password", newPassword: NEXT },
      401,
      "wrong-credentials",
    ],
    ["a short one", { currentPassword: PASSWORD, newPassword: "short" }, 400, "invalid-body"],
    ["a poor one", { currentPassword: PASSWORD, newPassword: "aaaaaaaaaaaaaa" }, 422, "password-too-weak"],
  ])("refuses %s and changes nothing", async (_what, body, status, code) => {
    const person = await newLogin();
    const { accessToken } = (await person.signIn()).body;
    expect(await api.call("POST", "/auth/password", { token: accessToken, body })).toMatchObject({
      status,
      body: { code },
    });
    expect(await isLetIn(accessToken)).toBe(true);
    expect((await person.signIn()).status).toBe(200);
  });
});
