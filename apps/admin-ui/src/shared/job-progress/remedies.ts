/** Failures of an item after which a person knows what to do next. */
export const REMEDIES = [
  "reading-missing",
  "household-in-debt",
  "refund-grown",
  "use-undecided",
  "card-unsettled",
  "sale-not-settled",
  "meter-credit-unknown",
  "refund-under-way",
  "household-closed",
  "internal",
] as const;
export type Remedy = (typeof REMEDIES)[number];

export const remedyOf = (code: string): Remedy | null => REMEDIES.find((known) => known === code) ?? null;
