import { useRef } from "react";
import { newIdempotencyKey } from "../api/request.ts";

/**
 * One key for one intent: the same content keeps its key until it is settled, so that pressing again cannot do it twice;
 * other content is another intent.
 */
export function useKeyedAct(): { keyFor(content: unknown): string; settle(): void } {
  const held = useRef<{ fingerprint: string; key: string } | null>(null);
  return {
    keyFor: (content) => {
      const fingerprint = JSON.stringify(content);
      if (held.current?.fingerprint !== fingerprint) held.current = { fingerprint, key: newIdempotencyKey() };
      return held.current.key;
    },
    settle: () => {
      held.current = null;
    },
  };
}
