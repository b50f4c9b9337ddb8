import fc from "fast-check";
import { expect, it } from "vitest";
import { LANES } from "./bus.ts";
import { LANE_TABLE } from "./lanes.ts";
import { RequestQueue, type WaitingRequest } from "./request-queue.ts";

const PROFILE = { minimumGapMs: 0, longestLatencyMs: 500 };
const blocks = [0, 10].map((address) => ({ name: "ten", function: 3, address, count: 10 }) as const);
const WHOLE = { name: "both", function: 3, address: 0, count: 20 } as const;

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("read" as const),
      lane: fc.constantFrom(...LANES),
      unitId: fc.integer({ min: 1, max: 3 }),
      block: fc.constantFrom(...blocks),
      key: fc.option(fc.constantFrom("a", "b"), { nil: undefined }),
      expiresInMs: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      lane: fc.constantFrom(...LANES),
      unitId: fc.integer({ min: 1, max: 3 }),
      supersedeKey: fc.option(fc.constantFrom("relay 1", "relay 2"), { nil: undefined }),
      expiresInMs: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("take" as const), lane: fc.constantFrom(...LANES) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("answer" as const), unitId: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 300 }) }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What the model remembers of one caller. */
interface Caller {
  kind: "read" | "write";
  unitId: number;
  supersedeKey: string | undefined;
  expiresAtMs: number | undefined;
  outcome: string | null;
}

it("settles every caller exactly once, and only for a reason", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const queue = new RequestQueue();
      const callers: Caller[] = [];
      let nowMs = 0;
      const now = () => ({ monotonicMs: nowMs, wallMs: nowMs });
      const caller = (known: Omit<Caller, "outcome">) => {
        const added: Caller = { ...known, outcome: null };
        callers.push(added);
        const settle = (outcome: string) => {
          expect(added.outcome, "settled before").toBeNull();
          added.outcome = outcome;
        };
        return { resolve: () => settle("done"), reject: ({ code }: { code: string }) => settle(code) };
      };
      const finish = (waiting: WaitingRequest) => {
        queue.take(waiting);
        if (waiting.kind === "read") for (const { resolve } of waiting.waiters) resolve({ words: [], at: 0 });
        else for (const { resolve } of waiting.waiters) resolve();
      };
      const expiry = (inMs: number | undefined) => (inMs === undefined ? undefined : nowMs + inMs);
      const carryOut = (turn: Step) => {
        switch (turn.kind) {
          case "read": {
            const { lane, unitId, block, key } = turn;
            const expiresAtMs = expiry(turn.expiresInMs);
            const waiter = caller({ kind: "read", unitId, supersedeKey: undefined, expiresAtMs });
            queue.addRead({ lane, unitId, block, key, expiresAtMs, profile: PROFILE }, now(), waiter);
            return;
          }
          case "write": {
            const { lane, unitId, supersedeKey } = turn;
            const expiresAtMs = expiry(turn.expiresInMs);
            const older = callers.filter(
              (known) => known.outcome === null && supersedeKey && known.supersedeKey === supersedeKey,
            );
            const waiter = caller({ kind: "write", unitId, supersedeKey, expiresAtMs });
            const write = { address: 1, words: [1] };
            queue.addWrite(
              { lane, unitId, write, supersedeKey, expiresAtMs, profile: PROFILE },
              now(),
              waiter,
            );
            for (const { outcome } of older) expect(outcome).toBe("superseded");
            return;
          }
          case "take": {
            const head = queue.head(turn.lane, () => true);
            if (head) finish(head);
            return;
          }
          case "answer": {
            queue.answer(turn.unitId, WHOLE, { words: Array(20).fill(0), at: 0 });
            const open = callers.filter(({ unitId, outcome }) => unitId === turn.unitId && outcome === null);
            expect(open.every(({ kind }) => kind === "write")).toBe(true);
            return;
          }
          case "pass":
            nowMs += turn.ms;
            queue.expire(nowMs);
        }
      };
      for (const turn of steps) {
        carryOut(turn);
        for (const lane of LANES)
          expect(queue.waitingCount(lane)).toBeLessThanOrEqual(LANE_TABLE[lane].bound);
      }
      for (const { outcome, expiresAtMs } of callers)
        if (outcome === "expired") expect(expiresAtMs ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(nowMs);
      // Whoever is left comes out by lane, earliest deadline first.
      for (const lane of LANES) {
        let deadlineMs = Number.NEGATIVE_INFINITY;
        for (let head = queue.head(lane, () => true); head; head = queue.head(lane, () => true)) {
          expect(head.deadlineMs).toBeGreaterThanOrEqual(deadlineMs);
          deadlineMs = head.deadlineMs;
          finish(head);
        }
      }
      expect(callers.filter(({ outcome }) => outcome === null)).toEqual([]);
      expect([...queue.unitIds()]).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
