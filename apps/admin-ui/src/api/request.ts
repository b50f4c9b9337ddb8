import { ApiProblem, asApiProblem, problemFrom, unreachable } from "./problem.ts";
import type { Session } from "./session.ts";

export interface RequestOptions {
  method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  file?: Blob;
  /** Makes a repeat harmless: the same key and body get the first answer again. */
  idempotencyKey?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** An authorised call under `/api/v1`; rejects with ApiProblem for every answer that is not a success. */
export type ApiRequest = (path: string, options?: RequestOptions) => Promise<Response>;

export interface RequestDeps {
  fetch: typeof fetch;
  session: Pick<Session, "token" | "renew">;
}

export function createRequest({ fetch, session }: RequestDeps): ApiRequest {
  async function send(path: string, options: RequestOptions, token: string): Promise<Response> {
    const { method = "GET", body, file, idempotencyKey, headers, signal } = options;
    try {
      return await fetch(`/api/v1${path}`, {
        method,
        credentials: "same-origin",
        headers: {
          Accept: "application/json",
          Authorization: `Bearer ${token}`,
          ...(body !== undefined && { "Content-Type": "application/json" }),
          ...(file !== undefined && { "Content-Type": file.type || "application/octet-stream" }),
          ...(idempotencyKey !== undefined && { "Idempotency-Key": idempotencyKey }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(file !== undefined && { body: file }),
        ...(signal && { signal }),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw unreachable(error);
    }
  }

  return async (path, options = {}) => {
    const token = await session.token();
    let response = await send(path, options, token);
    // A refused token means that nothing was done yet, so that a repeat is safe for every method.
    if (response.status === 401) response = await send(path, options, await session.renew(token));
    if (response.ok) return response;
    throw problemFrom(response.status, await response.json().catch(() => null));
  };
}

/** Waits between repeats of a call that may or may not have been carried out; the sum stays below a person's patience. */
export const REPEAT_DELAYS_MS = [400, 1200, 3000] as const;

/**
 * Repeats a call that carries an Idempotency-Key while its outcome is open: no answer, still running, or the store is
 * away. What is left open after the last repeat is thrown; the same key can be used again later.
 */
export async function repeatWhileOpen<T>(
  call: () => Promise<T>,
  wait: (delayMs: number) => Promise<void>,
): Promise<T> {
  for (const delayMs of REPEAT_DELAYS_MS) {
    try {
      return await call();
    } catch (error) {
      const problem = asApiProblem(error);
      if (problem.failureClass === "permanent" || problem.code === "too-many-attempts") throw problem;
      await wait(delayMs);
    }
  }
  return call();
}

export const waitMs = (delayMs: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, delayMs));

/** A key for one intent of a person; random enough that two desks never share one. */
export const newIdempotencyKey = (): string =>
  // randomUUID exists on secure origins only; a console on a LAN address without TLS has getRandomValues.
  typeof crypto.randomUUID === "function"
    ? crypto.randomUUID()
    : Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
        byte.toString(16).padStart(2, "0"),
      ).join("");

export const isNotFound = (error: unknown): boolean => error instanceof ApiProblem && error.status === 404;
