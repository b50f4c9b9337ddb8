import { describe, expect, it } from "vitest";
import { ApiProblem } from "./problem.ts";
import { createRequest, REPEAT_DELAYS_MS, repeatWhileOpen } from "./request.ts";

interface Seen {
  url: string;
  init: RequestInit;
}

function requestWith(answers: (Response | Error)[]) {
  const seen: Seen[] = [];
  const renewed: string[] = [];
  const request = createRequest({
    fetch: async (url, init) => {
      seen.push({ url: String(url), init: init ?? {} });
      const answer = answers.shift();
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error("no answer left");
      return answer;
    },
    session: {
      token: async () => "old",
      renew: async (refused) => {
        renewed.push(refused);
        return "new";
      },
    },
  });
  return { request, seen, renewed };
}

const headersOf = (seen: Seen | undefined) => new Headers(seen?.init.headers);

describe("request", () => {
  it("sends token, JSON body and Idempotency-Key", async () => {
    const { request, seen } = requestWith([Response.json({ id: "p1" }, { status: 201 })]);
    await request("/purchases", { method: "POST", body: { amountMinor: 5000 }, idempotencyKey: "k1" });
    expect(seen[0]?.url).toBe("/api/v1/purchases");
    expect(headersOf(seen[0]).get("Authorization")).toBe("Bearer old");
    expect(headersOf(seen[0]).get("Idempotency-Key")).toBe("k1");
    expect(seen[0]?.init.body).toBe('{"amountMinor":5000}');
  });

  it("repeats once with a renewed token and the same key after 401", async () => {
    const { request, seen, renewed } = requestWith([new Response(null, { status: 401 }), Response.json({})]);
    await request("/purchases", { method: "POST", body: {}, idempotencyKey: "k1" });
    expect(renewed).toEqual(["old"]);
    expect(headersOf(seen[1]).get("Authorization")).toBe("Bearer new");
    expect(headersOf(seen[1]).get("Idempotency-Key")).toBe("k1");
  });

  it("gives up after a second 401", async () => {
    const { request, seen } = requestWith([
      new Response(null, { status: 401 }),
      new Response(null, { status: 401 }),
    ]);
    await expect(request("/board")).rejects.toMatchObject({ status: 401, code: "unauthenticated" });
    expect(seen).toHaveLength(2);
  });

  it("says unreachable when no answer came", async () => {
    const { request } = requestWith([new TypeError("Failed to fetch")]);
    await expect(request("/board")).rejects.toMatchObject({ status: 0, code: "unreachable" });
  });
});

describe("repeatWhileOpen", () => {
  const problem = (status: number, code: string) => new ApiProblem(status, { code, detail: code });

  async function run(outcomes: (ApiProblem | string)[]) {
    const waits: number[] = [];
    let calls = 0;
    const outcome = await repeatWhileOpen(
      async () => {
        const next = outcomes[calls];
        calls += 1;
        if (typeof next === "string") return next;
        throw next;
      },
      async (delayMs) => {
        waits.push(delayMs);
      },
    ).catch((error: ApiProblem) => error.code);
    return { outcome, calls, waits };
  }

  it("repeats what may have happened until it knows", async () => {
    const open = [problem(0, "unreachable"), problem(409, "still-running"), "sold"];
    expect(await run(open)).toEqual({ outcome: "sold", calls: 3, waits: [400, 1200] });
  });

  it("never repeats what a person must change", async () => {
    expect(await run([problem(422, "idempotency-key-reused")])).toEqual({
      outcome: "idempotency-key-reused",
      calls: 1,
      waits: [],
    });
  });

  it("ends: the outcome stays open and the caller is told", async () => {
    const away = Array.from({ length: 9 }, () => problem(503, "store-unavailable"));
    const { outcome, calls } = await run(away);
    expect(outcome).toBe("store-unavailable");
    expect(calls).toBe(REPEAT_DELAYS_MS.length + 1);
  });
});
