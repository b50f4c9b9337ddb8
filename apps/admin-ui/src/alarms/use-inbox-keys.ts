import { useEffect, useEffectEvent } from "react";
import { type InboxAct, inboxActOf } from "./inbox-keys.ts";

/** Listens to the whole page while no dialogue stands before it. */
export function useInboxKeys(isActive: boolean, onAct: (act: InboxAct) => void): void {
  const act = useEffectEvent(onAct);
  useEffect(() => {
    if (!isActive) return;
    const listen = (event: KeyboardEvent) => {
      const asked = event.defaultPrevented ? null : inboxActOf(event);
      if (asked === null) return;
      event.preventDefault();
      act(asked);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [isActive]);
}
