import { describe, expect, it } from "vitest";
import { ROLES } from "../api/rows.ts";
import { belongsToConsole, canAccess, may, RIGHTS } from "./roles.ts";

describe("rights", () => {
  it.each([
    ["households", "delete"],
    ["nothing", "list"],
    ["__proto__", "list"],
    ["toString", ""],
    ["circuits", "constructor"],
  ])("are closed by default: %s.%s", (resource, action) => {
    for (const role of ROLES) expect(canAccess([role], resource, action)).toBe(false);
  });

  it.each([
    ["property-manager", "desk", "list", true],
    ["maintenance", "desk", "list", false],
    ["maintenance", "circuits", "lockout", true],
    ["property-manager", "circuits", "lockout", false],
    ["administrator", "users", "list", true],
    ["campus-admin", "users", "list", false],
    ["campus-admin", "desk", "list", true],
    ["maintenance", "purchases", "void", false],
    ["maintenance", "circuits", "keep-power", false],
  ] as const)("%s on %s.%s: %s", (role, resource, action, expected) => {
    expect(canAccess([role], resource, action)).toBe(expected);
  });

  it("give residents, programs and gateways nothing here", () => {
    for (const role of ["resident", "integrator", "gateway"] as const) {
      expect(belongsToConsole([role])).toBe(false);
      for (const right of Object.keys(RIGHTS) as (keyof typeof RIGHTS)[])
        expect(may([role], right)).toBe(false);
    }
  });

  it("add up over several roles", () => {
    expect(may(["maintenance", "property-manager"], "purchases.create")).toBe(true);
    expect(may([], "board.list")).toBe(false);
  });
});
