import type { AuthProvider } from "react-admin";
import { ApiProblem, asApiProblem } from "../api/problem.ts";
import type { Session } from "../api/session.ts";
import { belongsToConsole, canAccess } from "./roles.ts";

const notForConsole = () =>
  new ApiProblem(403, { code: "not-for-console", detail: "This account has no place in the console." });

export function createAuthProvider(session: Session): AuthProvider {
  return {
    login: async ({ username, password }: { username: string; password: string }) => {
      const user = await session.login(username, password);
      if (belongsToConsole(user.roles)) return;
      await session.logout();
      throw notForConsole();
    },
    logout: async () => {
      // Nobody to sign out: react-admin also comes here when an outage kept it from finding out who is there.
      if (session.user() === null) return;
      // A logout that the server did not hear still forgets the token here.
      await session.logout().catch(() => undefined);
    },
    checkAuth: async () => {
      try {
        await session.token();
      } catch (error) {
        // An outage ends nobody's session: the pages say themselves what they cannot load.
        if (session.user() === null || asApiProblem(error).failureClass === "permanent") throw error;
      }
      if (!belongsToConsole(session.user()?.roles ?? [])) throw notForConsole();
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
