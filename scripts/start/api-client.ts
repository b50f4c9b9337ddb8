import { randomUUID } from "node:crypto";

export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  constructor(
    method: string,
    path: string,
    status: number,
    problem: { code?: string; detail?: string; errors?: unknown },
  ) {
    super(
      `${method} ${path}: ${status} ${problem.code ?? ""} ${problem.detail ?? ""} ${JSON.stringify(problem.errors ?? "")}`,
    );
    this.name = "ApiProblem";
    this.status = status;
    this.code = problem.code ?? "unknown";
  }
}

export interface ApiClient {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown, idempotencyKey?: string): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
}

/** A signed-in caller of `/api/v1` at `origin`; signs in again when its token runs out. */
export async function signIn(origin: string, login: string, password: string): Promise<ApiClient> {
  let token = await newToken();

  async function newToken(): Promise<string> {
    const response = await fetch(`${origin}/api/v1/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ login, password }),
    });
    const body = (await response.json()) as { accessToken: string; code?: string; detail?: string };
    if (!response.ok) throw new ApiProblem("POST", "/auth/login", response.status, body);
    return body.accessToken;
  }

  async function call<T>(
    method: string,
    path: string,
    body?: unknown,
    key?: string,
    isRetry = false,
  ): Promise<T> {
    const response = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = text ? JSON.parse(text) : {};
    if (response.status === 401 && !isRetry) {
      token = await newToken();
      return call(method, path, body, key, true);
    }
    if (!response.ok) throw new ApiProblem(method, path, response.status, answer);
    return answer as T;
  }

  return {
    get: (path) => call("GET", path),
    post: (path, body, idempotencyKey = randomUUID()) => call("POST", path, body, idempotencyKey),
    patch: (path, body) => call("PATCH", path, body),
    put: (path, body) => call("PUT", path, body),
  };
}
