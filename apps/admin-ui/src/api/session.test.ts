import { describe, expect, it } from "vitest";
import { createSession, type SessionDeps } from "./session.ts";

const user = {
  id: "u1",
  login: "desk",
  name: "Wang Fang",
  roles: ["property-manager"],
  siteIds: [],
  locale: "en",
  status: "active",
};

function serverWith(options: { refreshStatus?: number } = {}) {
  const calls: string[] = [];
  let granted = 0;
  const state = { nowMs: 1_000_000, refreshStatus: options.refreshStatus ?? 200, isTraced: false };
  const deps: SessionDeps = {
    trace: {
      isSet: () => state.isTraced,
      set: (isSignedIn) => {
        state.isTraced = isSignedIn;
      },
    },
    nowMs: () => state.nowMs,
    exclusively: (task) => task(),
    fetch: async (input) => {
      const path = String(input).replace("/api/v1/auth/", "");
      calls.push(path);
      if (path === "refresh" && state.refreshStatus !== 200)
        return Response.json({ code: "unauthenticated", detail: "no" }, { status: state.refreshStatus });
      granted += 1;
      return Response.json({ accessToken: `token-${granted}`, expiresInS: 600, user });
    },
  };
  return { session: createSession(deps), calls, state };
}

describe("session", () => {
  it("keeps the token until shortly before its end, then refreshes by the cookie", async () => {
    const { session, calls, state } = serverWith();
    await session.login("desk", "secret");
    expect(await session.token()).toBe("token-1");
    state.nowMs += 579_000;
    expect(await session.token()).toBe("token-1");
    state.nowMs += 2_000;
    expect(await session.token()).toBe("token-2");
    expect(calls).toEqual(["login", "refresh"]);
  });

  it("asks for nothing where nobody signed in, and comes back by the cookie where somebody did", async () => {
    const { session, calls, state } = serverWith();
    await expect(session.token()).rejects.toMatchObject({ code: "unauthenticated" });
    expect(calls).toEqual([]);
    state.isTraced = true;
    expect(await session.token()).toBe("token-1");
    await session.logout();
    await expect(session.token()).rejects.toMatchObject({ code: "unauthenticated" });
    expect(calls).toEqual(["refresh", "logout"]);
  });

  it("refreshes once for requests that were refused together", async () => {
    const { session, calls } = serverWith();
    await session.login("desk", "secret");
    const renewed = await Promise.all([1, 2, 3, 4].map(() => session.renew("token-1")));
    expect(new Set(renewed)).toEqual(new Set(["token-2"]));
    expect(calls.filter((path) => path === "refresh")).toHaveLength(1);
  });

  it("does not refresh again for a refusal of a token that has been replaced meanwhile", async () => {
    const { session, calls } = serverWith();
    await session.login("desk", "secret");
    await session.renew("token-1");
    expect(await session.renew("token-1")).toBe("token-2");
    expect(calls.filter((path) => path === "refresh")).toHaveLength(1);
  });

  it("forgets the user when the refresh is refused, and says so", async () => {
    const { session } = serverWith({ refreshStatus: 401 });
    await session.login("desk", "secret");
    await expect(session.renew("token-1")).rejects.toMatchObject({ code: "unauthenticated", status: 401 });
    expect(session.user()).toBeNull();
  });

  it("keeps the user when the server is only unavailable", async () => {
    const { session } = serverWith({ refreshStatus: 503 });
    await session.login("desk", "secret");
    await expect(session.renew("token-1")).rejects.toMatchObject({ status: 503 });
    expect(session.user()).toEqual(user);
  });
});
