import { describe, expect, it } from "vitest";
import { ApiProblem } from "../api/problem.ts";
import type { Role, User } from "../api/rows.ts";
import type { Session } from "../api/session.ts";
import { createAuthProvider } from "./auth-provider.ts";

function providerFor(roles: Role[], tokenProblem?: ApiProblem) {
  let user: User | null = null;
  const session: Session = {
    user: () => user,
    login: async (login) => {
      user = { id: "u1", login, name: "Wang Fang", roles, siteIds: [], locale: "en", status: "active" };
      return user;
    },
    logout: async () => {
      user = null;
    },
    changePassword: async () => undefined,
    token: async () => {
      if (tokenProblem) throw tokenProblem;
      return "token";
    },
    renew: async () => "token",
  };
  return { provider: createAuthProvider(session), session };
}

describe("auth provider", () => {
  it("lets staff in and tells who they are", async () => {
    const { provider } = providerFor(["property-manager"]);
    await provider.login({ username: "desk", password: "x" });
    await expect(provider.checkAuth({})).resolves.toBeUndefined();
    expect(await provider.getIdentity?.()).toMatchObject({ id: "u1", fullName: "Wang Fang" });
    expect(await provider.canAccess?.({ resource: "desk", action: "list" })).toBe(true);
    expect(await provider.canAccess?.({ resource: "users", action: "list" })).toBe(false);
  });

  it("turns a resident away and forgets the session", async () => {
    const { provider, session } = providerFor(["resident"]);
    await expect(provider.login({ username: "li.wei", password: "x" })).rejects.toMatchObject({
      code: "not-for-console",
    });
    expect(session.user()).toBeNull();
  });

  it("ends the session on 401 only", async () => {
    const { provider } = providerFor(["administrator"]);
    const answered = (status: number) => new ApiProblem(status, { code: "x", detail: "" });
    await expect(provider.checkError(answered(401))).rejects.toBeInstanceOf(ApiProblem);
    for (const status of [0, 403, 404, 500])
      await expect(provider.checkError(answered(status))).resolves.toBeUndefined();
  });

  it("keeps a session through an outage, but starts none in one", async () => {
    const outage = new ApiProblem(0, { code: "unreachable", detail: "" });
    const { provider, session } = providerFor(["maintenance"], outage);
    await expect(provider.checkAuth({})).rejects.toBe(outage);
    await session.login("maint", "x");
    await expect(provider.checkAuth({})).resolves.toBeUndefined();
  });

  it("is not signed in while no token can be had", async () => {
    const { provider } = providerFor([], new ApiProblem(401, { code: "unauthenticated", detail: "" }));
    await expect(provider.checkAuth({})).rejects.toMatchObject({ status: 401 });
    expect(await provider.canAccess?.({ resource: "board", action: "list" })).toBe(false);
  });
});
