import { describe, expect, it } from "vitest";
import { type InboxChoice, inboxFilter, inboxQuery, isNarrowed } from "./inbox-filter.ts";

const choice = (fields: Partial<InboxChoice> = {}): InboxChoice => ({
  ...{ state: "", severity: "", kind: "", q: "", page: "" },
  ...fields,
});

describe("the filter in the address", () => {
  it("is the open alarms when it says nothing", () => {
    const filter = inboxFilter(choice());
    expect(filter).toEqual({ state: "open", severity: null, kind: null, q: "", page: 1 });
    expect(isNarrowed(filter)).toBe(false);
  });

  it.each<[Partial<InboxChoice>]>([
    [{ state: "everything" }],
    [{ state: "toString" }],
    [{ severity: "urgent", kind: "fire" }],
    [{ page: "-3" }],
    [{ page: "1.5" }],
    [{ page: "NaN" }],
    [{ q: "   " }],
  ])("narrows nothing by what means nothing: %j", (fields) => {
    expect(inboxFilter(choice(fields))).toEqual(inboxFilter(choice()));
  });

  it("asks the server for what it names, and for nothing else", () => {
    const filter = inboxFilter(choice({ state: "raised", severity: "high", kind: "bus-down", q: " 10 " }));
    expect(isNarrowed(filter)).toBe(true);
    expect(inboxQuery(filter, "s1")).toEqual({
      sort: { field: "severity", order: "DESC" },
      filter: { siteId: "s1", state: ["raised"], severity: "high", kind: "bus-down", q: "10" },
    });
    expect(inboxQuery(inboxFilter(choice({ state: "all" })), "s1")).toEqual({
      sort: { field: "raisedAt", order: "DESC" },
      filter: { siteId: "s1" },
    });
  });
});
