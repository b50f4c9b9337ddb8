import type { AuthProvider } from "react-admin";
import { ApiProblem } from "../api/problem.ts";
import type { Session } from "../api/session.ts";
import { belongsToConsole, canAccess } from "./roles.ts";

export function createAuthProvider(session: Session): AuthProvider {
  return {
    login: async ({ username, password }: { username: string; password: string }) => {
      const user = await session.login(username, password);
      if (belongsToConsole(user.roles)) return;
      await session.logout();
      throw new ApiProblem(403, { code: "forbidden", detail: "This account has no place in the console." });
    },
    logout: async () => {
      // A logout that the server did not hear still forgets the token here.
      await session.logout().catch(() => undefined);
    },
    checkAuth: async () => {
      await session.token();
      if (!belongsToConsole(session.user()?.roles ?? []))
        throw new ApiProblem(403, { code: "forbidden", detail: "This account has no place in the console." });
    },
    checkError: async (error: unknown) => {
      if (error instanceof ApiProblem && error.status === 401) throw error;
    },
    getIdentity: async () => {
      const user = session.user();
      if (user === null)
        throw new ApiProblem(401, { code: "unauthenticated", detail: "Nobody is signed in." });
      return { ...user, fullName: user.name };
    },
    getPermissions: async () => session.user()?.roles ?? [],
    canAccess: async ({ resource, action }) => canAccess(session.user()?.roles ?? [], resource, action),
  };
}
