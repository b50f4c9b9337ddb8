import { describe, expect, it } from "vitest";
import { EVERY_SITE, type PersonCaller } from "../http/access.ts";
import { passwordWeakness } from "./password.ts";
import type { PersonRole } from "./user.model.ts";
import { assertConsistent, assertGrantable, mayManage } from "./user-rules.ts";

const administratorOf = (...siteIds: string[]): PersonCaller => ({
  kind: "person",
  id: "a",
  login: "a",
  name: "A",
  roles: ["administrator"],
  siteIds,
});
const reach = (roles: PersonRole[], siteIds: string[], householdId: string | null = null) => ({
  roles,
  siteIds,
  householdId,
});

describe("mayManage", () => {
  it.each([
    ["own site", ["s1"], ["s1"], true],
    ["one of the own sites", ["s1", "s2"], ["s2"], true],
    ["another site", ["s1"], ["s2"], false],
    ["own and another site", ["s1"], ["s1", "s2"], false],
    ["every site, by one of a site", ["s1"], [EVERY_SITE], false],
    ["every site, by one of every site", [EVERY_SITE], [EVERY_SITE], true],
    ["any site, by one of every site", [EVERY_SITE], ["s9"], true],
  ])("%s", (_what, callers, users, expected) => {
    expect(mayManage(administratorOf(...callers), { siteIds: users })).toBe(expected);
  });
});

describe("assertGrantable", () => {
  it.each([
    ["another site", reach(["maintenance"], ["s2"])],
    ["a site beside the own", reach(["administrator"], ["s1", "s2"])],
    ["every site", reach(["administrator"], [EVERY_SITE])],
  ])("refuses %s to an administrator of one", (_what, wanted) => {
    expect(() => assertGrantable(administratorOf("s1"), wanted)).toThrow(
      expect.objectContaining({ code: "role-not-grantable" }),
    );
  });

  it("lets an administrator of a site make another one of it", () => {
    expect(() => assertGrantable(administratorOf("s1"), reach(["administrator"], ["s1"]))).not.toThrow();
  });
});

describe("assertConsistent", () => {
  it.each([
    ["a resident without household", reach(["resident"], ["s1"]), "householdId"],
    ["a resident of two sites", reach(["resident"], ["s1", "s2"], "h"), "siteIds"],
    ["a resident of every site", reach(["resident"], [EVERY_SITE], "h"), "siteIds"],
    ["a resident who is staff", reach(["resident", "maintenance"], ["s1"], "h"), "roles"],
    ["staff with a household", reach(["maintenance"], ["s1"], "h"), "householdId"],
    ["every site and one more", reach(["maintenance"], [EVERY_SITE, "s1"]), "siteIds"],
  ])("refuses %s", (_what, wanted, path) => {
    expect(() => assertConsistent(wanted)).toThrow(
      expect.objectContaining({ code: "invalid-body", errors: [expect.objectContaining({ path })] }),
    );
  });
});

describe("passwordWeakness", () => {
  it.each([
    ["aaaaaaaaaaaa", "li", true],
    ["abababababab", "li", true],
    ["my-liwei-2026", "liwei", true],
    ["LIWEI-and-more", "liwei", true],
    ["correct horse", "liwei", false],
  ])("%s for %s", (password, login, isWeak) => {
    expect(passwordWeakness(password, login) !== undefined).toBe(isWeak);
  });
});
