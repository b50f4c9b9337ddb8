import { useEffect, useState } from "react";
import { type ApiProblem, asApiProblem } from "../api/problem.ts";
import { useHome } from "./resident-context.tsx";

interface Part<Body> {
  body?: Body;
  problem?: ApiProblem;
  /** The reading of the account that it belongs to. */
  version?: number;
}

/** One answer of the API, read again whenever the account was; the last one stays while the next is on its way. */
export function usePart<Body>(path: string): Part<Body> {
  const { request, version } = useHome();
  const [part, setPart] = useState<Part<Body>>({});
  useEffect(() => {
    const abort = new AbortController();
    request(path, { signal: abort.signal })
      .then((response) => response.json() as Promise<Body>)
      .then(
        (body) => setPart({ body, version }),
        (error: unknown) => {
          if (!abort.signal.aborted)
            setPart((before) => ({ ...before, problem: asApiProblem(error), version }));
        },
      );
    return () => abort.abort();
  }, [request, path, version]);
  return part;
}
