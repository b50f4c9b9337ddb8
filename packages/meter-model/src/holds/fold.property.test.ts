import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldHolds } from "./fold.ts";
import { HOLD_REASONS, type Hold } from "./hold.ts";
import { HOLD_KIND_NAMES, HOLD_KINDS, type HoldKind } from "./hold-kinds.ts";

const hold = (kind: HoldKind): fc.Arbitrary<Hold> =>
  fc.record({
    kind: fc.constant(kind),
    reason: fc.constantFrom(...HOLD_REASONS),
    params: fc.constant({}),
    origin: fc.constant({ type: "rule" as const, id: "x", name: "X" }),
    since: fc.constant("2025-03-01T00:00:00Z"),
  });
/** At most one of each kind, in any order. */
const holds = fc
  .shuffledSubarray([...HOLD_KIND_NAMES])
  .chain((kinds) => fc.tuple(...kinds.map(hold)) as fc.Arbitrary<Hold[]>);
const aboveFour = (each: Hold) => HOLD_KINDS[each.kind].rank < 4;

describe("foldHolds", () => {
  it("is closed exactly when nothing counts", () => {
    fc.assert(
      fc.property(holds, fc.boolean(), (all, keepPower) => {
        const { intended, effective } = foldHolds(all, keepPower);
        expect(intended).toBe(effective.length === 0 ? "closed" : "open");
        if (all.length === 0) expect(intended).toBe("closed");
      }),
    );
  });

  it("does not depend on the order", () => {
    fc.assert(
      fc.property(
        holds.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        fc.boolean(),
        ([all, shuffled], keepPower) => {
          expect(foldHolds(shuffled, keepPower)).toEqual(foldHolds(all, keepPower));
        },
      ),
    );
  });

  it("loses no hold: each is effective or suspended, in rank order", () => {
    fc.assert(
      fc.property(holds, fc.boolean(), (all, keepPower) => {
        const { effective, suspended } = foldHolds(all, keepPower);
        expect([...effective, ...suspended].map((each) => each.kind).sort()).toEqual(
          all.map((each) => each.kind).sort(),
        );
        for (const list of [effective, suspended]) {
          const ranks = list.map((each) => HOLD_KINDS[each.kind].rank);
          expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
        }
      }),
    );
  });

  it("with keep-power counts ranks 1 to 3 and nothing automatic; without it, everything", () => {
    fc.assert(
      fc.property(holds, (all) => {
        expect(foldHolds(all, true).effective.every(aboveFour)).toBe(true);
        expect(foldHolds(all, true).suspended.some(aboveFour)).toBe(false);
        expect(foldHolds(all, false).suspended).toEqual([]);
      }),
    );
  });

  it("is monotone: another hold never closes an open circuit, taking one away never opens a closed one", () => {
    fc.assert(
      fc.property(holds, fc.nat(), fc.boolean(), (all, pick, keepPower) => {
        const fewer = all.filter((_, index) => index !== pick % Math.max(1, all.length));
        const [with_, without] = [foldHolds(all, keepPower), foldHolds(fewer, keepPower)];
        if (without.intended === "open") expect(with_.intended).toBe("open");
        if (with_.intended === "closed") expect(without.intended).toBe("closed");
      }),
    );
  });

  it("stays open under a lockout, whatever else goes and whatever keep-power says", () => {
    fc.assert(
      fc.property(holds, hold("lockout"), fc.boolean(), (all, lockout, keepPower) => {
        const others = all.filter((each) => each.kind !== "lockout");
        expect(foldHolds([...others, lockout], keepPower).intended).toBe("open");
      }),
    );
  });
});
