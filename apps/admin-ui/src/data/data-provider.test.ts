import { describe, expect, it } from "vitest";
import { ApiProblem } from "../api/problem.ts";
import type { RequestOptions } from "../api/request.ts";
import { createDataProvider } from "./data-provider.ts";

interface Call {
  path: string;
  options: RequestOptions;
}

function providerWith(answer: (call: Call, index: number) => Response) {
  const calls: Call[] = [];
  let keys = 0;
  const provider = createDataProvider({
    request: async (path, options = {}) => {
      const call = { path, options };
      calls.push(call);
      return answer(call, calls.length - 1);
    },
    newKey: () => {
      keys += 1;
      return `generated-${keys}`;
    },
    wait: async () => {},
  });
  return { provider, calls };
}

const listAnswer = (rows: object[], total: number) => () =>
  Response.json(rows, { headers: { "Content-Range": `rows 0-${rows.length}/${total}` } });
const queryOf = (call: Call | undefined) => new URLSearchParams(call?.path.split("?")[1]);
const list = { pagination: { page: 1, perPage: 10 }, sort: { field: "name", order: "ASC" } } as const;

describe("data provider", () => {
  it("reads a page with its total", async () => {
    const { provider, calls } = providerWith(listAnswer([{ id: "h1" }], 319));
    const answer = await provider.getList("households", { ...list, filter: { q: "101" } });
    expect(answer).toEqual({ data: [{ id: "h1" }], total: 319 });
    expect(calls[0]?.path.startsWith("/households?")).toBe(true);
    expect(queryOf(calls[0]).get("filter")).toBe('{"q":"101"}');
  });

  it("reads a list below a row by that row's path", async () => {
    const { provider, calls } = providerWith(listAnswer([], 0));
    await provider.getList("ledger", { ...list, filter: { householdId: "h/1", kind: "usage" } });
    await provider.getManyReference("ledger", { ...list, target: "householdId", id: "h1", filter: {} });
    await provider.getManyReference("purchases", { ...list, target: "householdId", id: "h1", filter: {} });
    expect(calls[0]?.path.split("?")[0]).toBe("/households/h%2F1/ledger");
    expect(queryOf(calls[0]).get("filter")).toBe('{"kind":"usage"}');
    expect(calls[1]?.path.split("?")[0]).toBe("/households/h1/ledger");
    expect(calls[1]?.path).not.toContain("filter");
    expect(queryOf(calls[2]).get("filter")).toBe('{"householdId":"h1"}');
  });

  it("gives views of a row that row's id", async () => {
    const { provider, calls } = providerWith(() => Response.json({ liveMinor: 5 }));
    expect(await provider.getOne("balances", { id: "h1" })).toEqual({ data: { id: "h1", liveMinor: 5 } });
    expect(calls[0]?.path).toBe("/households/h1/balance");
    await provider.getOne("board", { id: "s1" });
    expect(calls[1]?.path).toBe("/board?siteId=s1");
  });

  it("refuses a list without Content-Range instead of guessing its length", async () => {
    const { provider } = providerWith(() => Response.json([]));
    await expect(provider.getList("households", list)).rejects.toMatchObject({ code: "unreadable-answer" });
  });

  it("patches only what changed, and nothing when nothing did", async () => {
    const { provider, calls } = providerWith(() => Response.json({ id: "c1", name: "B" }));
    const previousData = { id: "c1", name: "A", keepPower: false };
    await provider.update("circuits", { id: "c1", data: { ...previousData, name: "B" }, previousData });
    expect(calls[0]).toEqual({ path: "/circuits/c1", options: { method: "PATCH", body: { name: "B" } } });
    await provider.update("circuits", { id: "c1", data: previousData, previousData });
    expect(calls).toHaveLength(1);
  });

  it("repeats an unanswered sale under the same key", async () => {
    const { provider, calls } = providerWith((_call, index) => {
      if (index === 0) throw new ApiProblem(0, { code: "unreachable", detail: "" });
      return Response.json({ id: "p1" }, { status: 201 });
    });
    const sale = { householdId: "h1", amountMinor: 5000, method: "cash" };
    expect(await provider.sell(sale, "key-1")).toEqual({ id: "p1" });
    expect(calls.map((call) => call.options.idempotencyKey)).toEqual(["key-1", "key-1"]);
    expect(calls.map((call) => call.options.body)).toEqual([sale, sale]);
  });

  it("sends a refused sale once", async () => {
    const { provider, calls } = providerWith(() => {
      throw new ApiProblem(409, { code: "household-closed", detail: "" });
    });
    const sale = { householdId: "h1", amountMinor: 5000, method: "cash" };
    await expect(provider.sell(sale, "key-1")).rejects.toMatchObject({ code: "household-closed" });
    expect(calls).toHaveLength(1);
  });

  it("sends bulk acts as one request", async () => {
    const { provider, calls } = providerWith(() => Response.json({ done: ["a", "b"], failed: [] }));
    await provider.acknowledgeAlarms(["a", "b"], "");
    expect(calls).toHaveLength(1);
    expect(calls[0]?.options.body).toEqual({ ids: ["a", "b"] });
    expect(calls[0]?.options.idempotencyKey).toBe("generated-1");
  });

  it("does not invent resources", () => {
    const { provider } = providerWith(listAnswer([], 0));
    expect(() => provider.getList("constructor", list)).toThrow(RangeError);
  });
});
