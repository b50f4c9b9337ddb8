import fc from "fast-check";
import { expect, it } from "vitest";
import { type Fate, SaleRig } from "../../testing/sale-rig.ts";

/** The profile's longest latency: no write is on its way for longer. */
const LONGEST_LATENCY_MS = 1000;
const SETTLED_WITHIN_MS = 10 * 60_000;

const fate = fc.oneof<[fc.Arbitrary<Fate>, ...fc.Arbitrary<Fate>[]]>(
  fc.constant({ type: "ok" }),
  fc.constant({ type: "request-lost" }),
  fc.constant({ type: "answer-lost" }),
  fc.constant({ type: "refused" }),
  fc.constantFrom("bus-down", "expired", "queue-full").map((code) => ({ type: "not-sent", code })),
  fc.integer({ min: 0, max: LONGEST_LATENCY_MS }).map((ms) => ({ type: "late", ms })),
);

/** What happens between two looks at the clock. */
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 4000 }).map((ms) => ({ type: "pass" as const, ms })) },
  { weight: 2, arbitrary: fc.constant({ type: "kill" as const }) },
  { weight: 2, arbitrary: fc.constant({ type: "sell" as const }) },
  { weight: 1, arbitrary: fc.constant({ type: "again" as const }) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 3 }).map((writes) => ({ type: "full" as const, writes })),
  },
);

it("every sale is credited exactly once and told written, or not at all and told failed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fate, { maxLength: 40 }),
      fc.array(happening, { minLength: 1, maxLength: 30 }),
      async (fates, happenings) => {
        const rig = new SaleRig();
        const waiting = [...fates];
        rig.nextFate = () => waiting.shift() ?? { type: "ok" };
        rig.start();
        const sales = [rig.sale("s0", 1000)];
        const take = async (sale: (typeof sales)[number]) => {
          // A server hands over again what was not taken.
          while (
            await rig.desk.take(sale).then(
              () => false,
              () => true,
            )
          )
            await rig.clock.advance(10);
        };
        await take(sales[0] as (typeof sales)[number]);
        for (const each of happenings) {
          switch (each.type) {
            case "pass":
              await rig.clock.advance(each.ms);
              break;
            case "kill":
              rig.kill();
              rig.start();
              break;
            case "sell": {
              const sale = rig.sale(`s${sales.length}`, 1000 + sales.length);
              sales.push(sale);
              await take(sale);
              break;
            }
            case "again":
              await take(sales[sales.length - 1] as (typeof sales)[number]);
              break;
            case "full": {
              let left = each.writes;
              rig.tables.refuses = () => left-- > 0;
              break;
            }
          }
          // At every step: never twice.
          expect(new Set(rig.meter.credited).size).toBe(rig.meter.credited.length);
        }
        waiting.length = 0;
        await rig.clock.advance(SETTLED_WITHIN_MS);
        for (const { id, amountMinor } of sales) {
          const last = rig.results(id).at(-1);
          const isCredited = rig.meter.credited.includes(amountMinor);
          expect([id, last?.state, last?.isFinal]).toEqual([id, isCredited ? "written" : "failed", true]);
        }
        expect(rig.desk.waiting).toBe(0);
      },
    ),
    { numRuns: 150 },
  );
});
