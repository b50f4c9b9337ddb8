import { describe, expect, it } from "vitest";
import type { Role } from "../api/rows.ts";
import { mayRelease } from "./releasable.ts";

const hold = (
  kind: "lockout" | "safety" | "overload" | "credit" | "reminder",
  releasers: string[],
  originId = "u9",
) => ({
  kind,
  releasers,
  origin: { type: "staff" as const, id: originId, name: "" },
});

describe("mayRelease", () => {
  it.each([
    [
      "a tag by its holder",
      hold("lockout", ["tag-holder", "two-administrators"], "u1"),
      ["maintenance"],
      true,
    ],
    [
      "a tag by another technician",
      hold("lockout", ["tag-holder", "two-administrators"]),
      ["maintenance"],
      false,
    ],
    [
      "a tag by an administrator",
      hold("lockout", ["tag-holder", "two-administrators"]),
      ["administrator"],
      true,
    ],
    ["safety by the desk", hold("safety", ["maintenance"]), ["property-manager"], false],
    [
      "safety by an administrator who did not inspect",
      hold("safety", ["maintenance"]),
      ["administrator"],
      false,
    ],
    ["safety by maintenance", hold("safety", ["maintenance"]), ["maintenance"], true],
    [
      "overload by the desk",
      hold("overload", ["staff", "resident-where-allowed"]),
      ["property-manager"],
      true,
    ],
    ["overload by an integrator's program", hold("overload", ["staff"]), ["integrator"], false],
    ["no credit by anybody", hold("credit", []), ["administrator"], false],
    ["a resident's reminder by staff", hold("reminder", ["resident", "staff"]), ["property-manager"], true],
    ["by nobody without a role", hold("overload", ["staff"]), [], false],
  ] as const)("%s: %s", (_what, theHold, roles, expected) => {
    expect(mayRelease(theHold, { id: "u1", roles: [...roles] as Role[] })).toBe(expected);
  });
});
