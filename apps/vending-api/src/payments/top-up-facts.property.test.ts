import fc from "fast-check";
import { expect, it } from "vitest";
import { REPORTED_STATUSES } from "./payment-provider.ts";
import { factsAfter, isToCredit, NO_FACTS, stateOf, takenBackMinor } from "./top-up-facts.ts";

/** The long version is `HALLMETER_TEST_RUNS=10000`. */
const RUNS = Number(process.env.HALLMETER_TEST_RUNS ?? 500);
const ORDERED = { amountMinor: 5000, currency: "CNY", paymentId: "p1" };

const reportArbitrary = fc.record({
  status: fc.constantFrom(...REPORTED_STATUSES),
  amountMinor: fc.constantFrom(5000, 4999, 1),
  currency: fc.constantFrom("CNY", "EUR"),
  paymentIds: fc.constantFrom<[string]>(["p1"], ["p2"]),
});
type Report = typeof reportArbitrary extends fc.Arbitrary<infer T> ? T : never;

const fold = (reports: readonly Report[]) =>
  reports.reduce((facts, report) => factsAfter(facts, report, ORDERED), NO_FACTS);

it("facts are the same in whatever order and however often they are said", () => {
  fc.assert(
    fc.property(
      fc.array(reportArbitrary, { maxLength: 12 }).chain((reports) =>
        fc.tuple(
          fc.constant(reports),
          fc.shuffledSubarray([...reports, ...reports], {
            minLength: reports.length * 2,
            maxLength: reports.length * 2,
          }),
        ),
      ),
      ([reports, mixed]) => {
        const facts = fold(reports);
        expect(fold(mixed)).toEqual(facts);
        for (const report of reports) expect(factsAfter(facts, report, ORDERED)).toBe(facts);
      },
    ),
    { numRuns: RUNS },
  );
});

it("nothing but exactly what was ordered is credited, and never more is taken back than was paid", () => {
  fc.assert(
    fc.property(fc.array(reportArbitrary, { maxLength: 12 }), fc.boolean(), (reports, isCredited) => {
      const facts = fold(reports);
      const isExact = reports.some(
        ({ status, amountMinor, currency, paymentIds: [id] }) =>
          status === "paid" && amountMinor === 5000 && currency === "CNY" && id === "p1",
      );
      const largest = (status: string) =>
        Math.max(0, ...reports.map((report) => (report.status === status ? report.amountMinor : 0)));
      const [refunded, disputed] = [largest("refunded"), largest("disputed")];
      expect(isToCredit(facts, ORDERED)).toBe(isExact && refunded < 5000 && disputed === 0);
      expect(takenBackMinor(facts, ORDERED)).toBe(Math.min(5000, refunded + disputed));
      const state = stateOf(facts, isCredited);
      if (state === "credited") expect(isCredited).toBe(true);
      if (isCredited) expect(["credited", "refunded", "disputed"]).toContain(state);
      if (state === "created") expect(reports).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});
