import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useDataProvider } from "react-admin";
import { asApiProblem } from "../api/problem.ts";
import { newIdempotencyKey } from "../api/request.ts";
import type { Purchase } from "../api/rows.ts";
import type { ConsoleDataProvider, SaleAsk } from "../data/data-provider.ts";
import { concerns, staleAfter } from "../data/live-invalidation.ts";
import { forgetPendingSale, keepPendingSale, type PendingSale, readPendingSale } from "./pending-sale.ts";

export interface Sale {
  isRunning: boolean;
  problem: unknown;
  /** Sent without an answer: to be asked again under its own key before anything else is sold. */
  pending: PendingSale | null;
  sell(sale: SaleAsk, householdName: string): Promise<Purchase | null>;
  askAgain(): Promise<Purchase | null>;
}

/** One sale at a time. Its key is kept until the server has said yes or no, over repeats and reloads. */
export function useSale(): Sale {
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const queryClient = useQueryClient();
  // State comes too late for a double click.
  const running = useRef(false);
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [pending, setPending] = useState<PendingSale | null>(() => readPendingSale(sessionStorage));

  function settle() {
    forgetPendingSale(sessionStorage);
    setPending(null);
  }

  async function run(attempt: PendingSale): Promise<Purchase | null> {
    if (running.current) return null;
    running.current = true;
    setIsRunning(true);
    setProblem(null);
    keepPendingSale(sessionStorage, attempt);
    try {
      const purchase = await dataProvider.sell(attempt.sale, attempt.idempotencyKey);
      settle();
      for (const stale of staleAfter({ resource: "purchases", id: purchase.id }))
        void queryClient.invalidateQueries({ predicate: ({ queryKey }) => concerns(queryKey, stale) });
      return purchase;
    } catch (error) {
      // A clear refusal means that nothing was sold; anything else leaves the outcome open.
      if (asApiProblem(error).failureClass === "permanent") settle();
      else setPending(attempt);
      setProblem(error);
      return null;
    } finally {
      running.current = false;
      setIsRunning(false);
    }
  }

  return {
    isRunning,
    problem,
    pending,
    sell: (sale, householdName) => run({ idempotencyKey: newIdempotencyKey(), sale, householdName }),
    askAgain: async () => (pending === null ? null : run(pending)),
  };
}
