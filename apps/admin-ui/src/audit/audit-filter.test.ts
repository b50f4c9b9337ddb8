import { describe, expect, it } from "vitest";
import { type AuditChoice, auditQuery } from "./audit-filter.ts";

const SITE = { id: "s1", timeZone: "Asia/Shanghai" };
const choice = (fields: Partial<AuditChoice>): AuditChoice => ({
  ...{ scope: "", actor: "", resource: "", subject: "", from: "", to: "", page: "" },
  ...fields,
});

describe("the filter of the audit", () => {
  it("is the site alone when nothing is chosen", () => {
    expect(auditQuery(choice({}), SITE)).toEqual({ siteId: "s1" });
    expect(auditQuery(choice({ scope: "system" }), SITE)).toEqual({ siteId: "*" });
  });

  it("counts both days whole, by the site's clock", () => {
    expect(auditQuery(choice({ from: "2026-03-01", to: "2026-03-01" }), SITE)).toEqual({
      siteId: "s1",
      from: "2026-02-28T16:00:00.000Z",
      to: "2026-03-01T16:00:00.000Z",
    });
  });

  it("knows days of 23 hours", () => {
    const berlin = { id: "s1", timeZone: "Europe/Berlin" };
    const { from, to } = auditQuery(choice({ from: "2026-03-29", to: "2026-03-29" }), berlin);
    expect(Date.parse(to ?? "") - Date.parse(from ?? "")).toBe(23 * 3_600_000);
  });

  it.each(["yesterday", "2026-13-01", "2026-1-1", "2026-02-31x"])("leaves out what is no day: %s", (day) => {
    expect(auditQuery(choice({ from: day, to: day }), SITE)).toEqual({ siteId: "s1" });
  });

  it("takes person and subject as they are", () => {
    expect(auditQuery(choice({ actor: "u1", resource: "units", subject: "x" }), SITE)).toEqual({
      ...{ siteId: "s1", actorId: "u1", resource: "units", resourceId: "x" },
    });
  });
});
