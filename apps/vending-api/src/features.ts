import type { Deps } from "./deps.ts";
import type { Route } from "./http/route.ts";

/** Every feature's rows of the route table, in the order of the documentation. */
export function featureRoutes(_deps: Deps): Route[] {
  return [];
}
