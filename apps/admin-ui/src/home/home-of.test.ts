import { describe, expect, it } from "vitest";
import type { Role } from "../api/rows.ts";
import { type Home, homeOf } from "./home-of.ts";

describe("the home of a role", () => {
  it.each<[Role[], Home]>([
    [["administrator"], "board"],
    [["campus-admin"], "money"],
    [["property-manager"], "front-desk"],
    [["maintenance"], "alarms"],
    [["maintenance", "property-manager"], "front-desk"],
    [["property-manager", "campus-admin"], "money"],
    [["maintenance", "administrator"], "board"],
    [["integrator"], "board"],
    [[], "board"],
  ])("%j begins with %s", (roles, home) => {
    expect(homeOf(roles)).toBe(home);
  });
});
