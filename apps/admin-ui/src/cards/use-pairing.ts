import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { Pairing } from "./card-reader.ts";
import { forgetPairing, keepPairing, readPairing } from "./kept-pairing.ts";

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Another tab of this computer has the same reader.
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

const snapshot = (): string => JSON.stringify(readPairing(localStorage));

/** The reader that this computer was connected to, for every part of the console. */
export function usePairing(): readonly [Pairing | null, (pairing: Pairing | null) => void] {
  const kept = useSyncExternalStore(subscribe, snapshot);
  const pairing = useMemo(() => JSON.parse(kept) as Pairing | null, [kept]);
  const choose = useCallback((next: Pairing | null) => {
    if (next === null) forgetPairing(localStorage);
    else keepPairing(localStorage, next);
    for (const listener of listeners) listener();
  }, []);
  return [pairing, choose];
}
