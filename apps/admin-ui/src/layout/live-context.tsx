import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { browserTimer, type LiveState, openLiveStream } from "../api/live-stream.ts";
import type { ApiRequest } from "../api/request.ts";
import { createLiveInvalidation } from "../data/live-invalidation.ts";

const LiveContext = createContext<LiveState>("connecting");
export const useLiveState = (): LiveState => useContext(LiveContext);

/** While the stream is down, what is on the screen is read again this often. */
export const POLL_WHEN_LOST_MS = 8000;
/** Re-reading interval for rows that the stream keeps fresh. */
export const useFallbackInterval = (): number | false =>
  useLiveState() === "live" ? false : POLL_WHEN_LOST_MS;

/** One stream for the whole console: it makes cached rows old as they change on the server. */
export function LiveProvider({ request, children }: { request: ApiRequest; children: ReactNode }) {
  const queryClient = useQueryClient();
  const [state, setState] = useState<LiveState>("connecting");

  useEffect(() => {
    const invalidation = createLiveInvalidation({
      setTimer: browserTimer,
      invalidate: (isStale) =>
        void queryClient.invalidateQueries({ predicate: ({ queryKey }) => isStale(queryKey) }),
      fetching: () =>
        queryClient
          .getQueryCache()
          .findAll({ fetchStatus: "fetching" })
          .map(({ queryKey }) => queryKey),
    });
    const stream = openLiveStream(
      { request, fetch: window.fetch.bind(window), random: Math.random, setTimer: browserTimer },
      {
        onChange: invalidation.take,
        onState: setState,
        onGap: () => void queryClient.invalidateQueries(),
      },
    );
    window.addEventListener("offline", stream.drop);
    window.addEventListener("online", stream.hurry);
    return () => {
      window.removeEventListener("offline", stream.drop);
      window.removeEventListener("online", stream.hurry);
      stream.close();
      invalidation.close();
    };
  }, [queryClient, request]);

  return <LiveContext.Provider value={state}>{children}</LiveContext.Provider>;
}
