import { lazy } from "react";
import { Navigate } from "react-router-dom";
import { useRoles } from "../auth/rights-context.tsx";
import { homeOf } from "./home-of.ts";

const MoneyHome = lazy(() => import("./money-home.tsx"));
const FrontDeskHome = lazy(() => import("./front-desk-home.tsx"));

/** "/" is where a person's work begins: a page of its own, or the page that they would open first. */
export function HomePage() {
  const home = homeOf(useRoles());
  switch (home) {
    case "money":
      return <MoneyHome />;
    case "front-desk":
      return <FrontDeskHome />;
    case "alarms":
      return <Navigate to="/alarms" replace />;
    case "board":
      return <Navigate to="/board" replace />;
  }
}
