import { useRef } from "react";
import { asApiProblem } from "../api/problem.ts";
import { newIdempotencyKey } from "../api/request.ts";
import type { CardReader } from "./card-reader.ts";
import type { Presented } from "./rows.ts";

interface Attempt {
  fingerprint: string;
  key: string;
  seen: Presented;
}

/**
 * An act with the card on the reader, under one key for one intent. What the card showed is part of what is asked, so that an act
 * without an answer is asked again with the card as it was then, not as it is now.
 */
export function useHeldAct() {
  const open = useRef<Attempt | null>(null);
  return {
    async run<Answer>(
      content: unknown,
      reader: CardReader,
      act: (seen: Presented, key: string) => Promise<Answer>,
    ): Promise<Answer> {
      const fingerprint = JSON.stringify(content);
      if (open.current?.fingerprint !== fingerprint)
        open.current = { fingerprint, key: newIdempotencyKey(), seen: await reader.read() };
      const { seen, key } = open.current;
      try {
        const answer = await act(seen, key);
        open.current = null;
        return answer;
      } catch (error) {
        if (asApiProblem(error).failureClass === "permanent") open.current = null;
        throw error;
      }
    },
  };
}
