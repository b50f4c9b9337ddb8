import { useRef, useState } from "react";
import { asApiProblem } from "../api/problem.ts";
import { repeatWhileOpen, waitMs } from "../api/request.ts";
import { problemText } from "../i18n/problem-text.ts";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { useSpeech } from "./resident-context.tsx";

export interface Act {
  isRunning: boolean;
  /** Why it was not done, for the person; null before and after a success. */
  problem: string | null;
  /**
   * Carries out `call` once, however often the thumb hits: the same content keeps its idempotency key until the server has
   * answered. Resolves with the answer, or undefined when it was refused or is running already.
   */
  run<Answer>(
    content: unknown,
    call: (idempotencyKey: string) => Promise<Answer>,
  ): Promise<Answer | undefined>;
}

export function useAct(): Act {
  const { t } = useSpeech();
  const keyed = useKeyedAct();
  // State comes too late for a double tap.
  const running = useRef(false);
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  return {
    isRunning,
    problem,
    async run(content, call) {
      if (running.current) return undefined;
      running.current = true;
      setIsRunning(true);
      setProblem(null);
      const key = keyed.keyFor(content);
      try {
        const answer = await repeatWhileOpen(() => call(key), waitMs);
        keyed.settle();
        return answer;
      } catch (error) {
        const refused = asApiProblem(error);
        if (refused.failureClass === "permanent") keyed.settle();
        setProblem(problemText(refused, t));
        return undefined;
      } finally {
        running.current = false;
        setIsRunning(false);
      }
    },
  };
}
