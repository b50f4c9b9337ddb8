import { useCallback, useEffect, useRef, useState } from "react";

/** An answer of the gateway that is not good. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, title: string) {
    super(title);
    this.status = status;
    this.code = code;
  }
}

/** @throws Refused; code "unreachable" when the gateway does not answer */
export async function ask<T>(path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api${path}`, {
      method: body === undefined ? "GET" : "POST",
      ...(body === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refused(0, "unreachable", "The gateway does not answer");
  }
  const text = await response.text();
  const answer: unknown = text === "" ? null : JSON.parse(text);
  if (response.ok) return answer as T;
  const { code = "unknown", title = response.statusText } = (answer ?? {}) as {
    code?: string;
    title?: string;
  };
  if (response.status === 401 && code === "unauthenticated") window.dispatchEvent(new Event("signed-out"));
  throw new Refused(response.status, code, title);
}

export interface Polled<T> {
  value: T | null;
  refused: Refused | null;
  again: () => void;
}

/** Asks now and every so often; what was heard last stays while the gateway is away. Null asks nothing. */
export function usePolled<T>(path: string | null, everyMs: number): Polled<T> {
  const [state, setState] = useState<{ path: string | null; value: T | null; refused: Refused | null }>({
    path,
    value: null,
    refused: null,
  });
  const lookNow = useRef(() => {});
  useEffect(() => {
    if (path === null) return;
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      clearTimeout(timer);
      const heard = await ask<T>(path).then(
        (value) => ({ value, refused: null }),
        (refused: unknown) => ({ value: null, refused: refused instanceof Refused ? refused : unreadable() }),
      );
      if (isOver) return;
      setState((before) => ({
        path,
        value: heard.refused && before.path === path ? before.value : heard.value,
        refused: heard.refused,
      }));
      clearTimeout(timer);
      timer = setTimeout(look, everyMs);
    };
    lookNow.current = () => void look();
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [path, everyMs]);
  const again = useCallback(() => lookNow.current(), []);
  return { value: state.path === path ? state.value : null, refused: state.refused, again };
}

function unreadable(): Refused {
  return new Refused(0, "unreadable", "The gateway answered what this page does not understand");
}
