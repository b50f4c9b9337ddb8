import { ApiProblem, problemFrom, unreachable } from "./problem.ts";
import type { User } from "./rows.ts";

/** A token is renewed this long before its end: longer than a slow request takes to arrive. */
const RENEW_BEFORE_END_MS = 20_000;

export interface SessionDeps {
  fetch: typeof fetch;
  nowMs: () => number;
  /**
   * Runs one refresh at a time over all tabs of this browser: they share one rotating cookie, and a second use of the
   * same cookie looks like theft to the server.
   */
  exclusively: <T>(task: () => Promise<T>) => Promise<T>;
  /** Whether somebody signed in from this browser and did not sign out: without, there is no cookie worth asking with. */
  trace: { isSet(): boolean; set(isSignedIn: boolean): void };
}

interface Grant {
  accessToken: string;
  expiresInS: number;
  user: User;
}

/** Who is signed in. The access token lives only in memory; the refresh cookie is out of reach of scripts. */
export interface Session {
  user(): User | null;
  login(login: string, password: string): Promise<User>;
  logout(): Promise<void>;
  /** Ends every other session of this person. */
  changePassword(current: string, next: string): Promise<void>;
  /** A token that is still good, refreshed when needed; throws "unauthenticated" when nobody is signed in. */
  token(): Promise<string>;
  /** Called when the server refused `token`: gets another, once for all callers that were refused together. */
  renew(refused: string): Promise<string>;
}

export function createSession(deps: SessionDeps): Session {
  let grant: (Grant & { endsAtMs: number }) | null = null;
  let refreshing: Promise<string> | null = null;

  async function post(path: string, body?: object, token?: string): Promise<Response> {
    try {
      return await deps.fetch(`/api/v1/auth/${path}`, {
        method: "POST",
        credentials: "same-origin",
        headers: {
          Accept: "application/json",
          "Content-Type": "application/json",
          ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(body ?? {}),
      });
    } catch (error) {
      throw unreachable(error);
    }
  }

  async function take(response: Response): Promise<Grant> {
    const body: unknown = await response.json().catch(() => null);
    if (!response.ok) throw problemFrom(response.status, body);
    const taken = body as Grant;
    grant = { ...taken, endsAtMs: deps.nowMs() + taken.expiresInS * 1000 };
    deps.trace.set(true);
    return taken;
  }

  function forget(): void {
    grant = null;
    deps.trace.set(false);
  }

  async function refresh(): Promise<string> {
    if (!deps.trace.isSet())
      throw new ApiProblem(401, { code: "unauthenticated", detail: "Nobody is signed in." });
    refreshing ??= deps
      .exclusively(async () => (await take(await post("refresh"))).accessToken)
      .catch((error: unknown) => {
        if (error instanceof ApiProblem && (error.status === 401 || error.status === 403)) forget();
        throw error;
      })
      .finally(() => {
        refreshing = null;
      });
    return refreshing;
  }

  const token = async (): Promise<string> => {
    if (grant !== null && grant.endsAtMs - RENEW_BEFORE_END_MS > deps.nowMs()) return grant.accessToken;
    return refresh();
  };

  return {
    user: () => grant?.user ?? null,
    login: async (login, password) => (await take(await post("login", { login, password }))).user,
    logout: async () => {
      forget();
      const response = await post("logout");
      if (!response.ok && response.status !== 401) throw problemFrom(response.status, null);
    },
    changePassword: async (currentPassword, newPassword) => {
      await take(await post("password", { currentPassword, newPassword }, await token()));
    },
    token,
    renew: async (refused) =>
      grant !== null && grant.accessToken !== refused ? grant.accessToken : refresh(),
  };
}

const TRACE_KEY = "hallmeter.signed-in";

/** Shared by all tabs, as the cookie is. Says nothing about who. */
export const traceInThisBrowser: SessionDeps["trace"] = {
  isSet: () => localStorage.getItem(TRACE_KEY) !== null,
  set: (isSignedIn) => {
    if (isSignedIn) localStorage.setItem(TRACE_KEY, "yes");
    else localStorage.removeItem(TRACE_KEY);
  },
};

/** Web Locks where the browser has them (all since 2022, on secure origins); else one tab at a time is assumed. */
export const exclusivelyInThisBrowser = <T>(task: () => Promise<T>): Promise<T> =>
  "locks" in navigator ? navigator.locks.request("hallmeter-refresh", task) : task();
