import { useCallback, useEffect, useRef, useState } from "react";
import { browserTimer, openLiveStream } from "../api/live-stream.ts";
import { type ApiProblem, asApiProblem } from "../api/problem.ts";
import type { ApiRequest } from "../api/request.ts";
import type { Balance, Me, MyUse, Purchase, Why } from "../api/rows.ts";
import type { MyTopUp } from "./rows.ts";

/** What the page shows; each part stands by itself, so that a slow one holds nothing up. */
export interface MyAccount {
  me?: Me;
  balance?: Balance;
  use?: MyUse;
  why?: Why[];
  purchases?: Purchase[];
  topUps?: MyTopUp[];
}

/** Without the stream the figures are read again this often, while somebody looks. */
const REREAD_MS = 60_000;
/** Readings come every few seconds; a phone on a slow network is told less often. */
const GATHER_MS = 2500;
const DAYS_SHOWN = 30;
const ROWS_SHOWN = 12;
const FIRST_ROWS = encodeURIComponent(JSON.stringify([0, ROWS_SHOWN - 1]));

export interface MyAccountView {
  account: MyAccount;
  /** The last failure, until a read succeeds again. */
  problem: ApiProblem | null;
  /** When something was last read. */
  readAtMs: number | null;
  refresh: () => void;
}

export function useMyAccount(request: ApiRequest): MyAccountView {
  const [account, setAccount] = useState<MyAccount>({});
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [readAtMs, setReadAtMs] = useState<number | null>(null);
  const reading = useRef(false);

  const refresh = useCallback(async () => {
    if (reading.current) return;
    reading.current = true;
    const part = async <T>(path: string, place: (body: T) => MyAccount): Promise<T> => {
      const body = (await (await request(path)).json()) as T;
      setAccount((before) => ({ ...before, ...place(body) }));
      setReadAtMs(Date.now());
      return body;
    };
    try {
      const { household } = await part<Me>("/me", (me) => ({ me }));
      if (household === null) return;
      await Promise.all([
        part<Balance>("/me/balance", (balance) => ({ balance })),
        part<{ circuits: Why[] }>("/me/why", ({ circuits }) => ({ why: circuits })),
        part<MyUse>(`/me/use?days=${DAYS_SHOWN}`, (use) => ({ use })),
        part<Purchase[]>(`/me/purchases?range=${FIRST_ROWS}`, (purchases) => ({ purchases })),
        part<MyTopUp[]>(`/me/top-ups?range=${FIRST_ROWS}`, (topUps) => ({ topUps })),
      ]);
      setProblem(null);
    } catch (error) {
      setProblem(asApiProblem(error));
    } finally {
      reading.current = false;
    }
  }, [request]);

  useEffect(() => {
    void refresh();
    let cancelGather = () => {};
    let isGathering = false;
    const soon = () => {
      if (isGathering || document.hidden) return;
      isGathering = true;
      cancelGather = browserTimer(() => {
        isGathering = false;
        void refresh();
      }, GATHER_MS);
    };
    const stream = openLiveStream(
      { request, fetch: window.fetch.bind(window), random: Math.random, setTimer: browserTimer },
      { onChange: soon, onGap: soon, onState: () => {} },
    );
    const reread = setInterval(() => !document.hidden && void refresh(), REREAD_MS);
    const look = () => !document.hidden && void refresh();
    window.addEventListener("online", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      stream.close();
      cancelGather();
      clearInterval(reread);
      window.removeEventListener("online", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [request, refresh]);

  return { account, problem, readAtMs, refresh: () => void refresh() };
}
