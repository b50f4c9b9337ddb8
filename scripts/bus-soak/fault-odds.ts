/** What goes wrong with one request and its answer. Shares of all requests to a living unit; the rest is answered well. */
export const FAULT_ODDS = {
  /** The request is lost on its way: nothing happens. */
  "request lost": 0.05,
  /** The unit has obeyed and its answer is lost. */
  "answer lost": 0.05,
  /** One to three bits flipped, or a burst of up to 16: what CRC-16 finds with certainty. */
  corrupt: 0.01,
  /** Up to the longest latency that the profile admits. */
  late: 0.03,
  /** The answer comes a second time, right behind the first. */
  doubled: 0.005,
  /** The same, within 60 ms, when somebody else may be asked. */
  "doubled later": 0.005,
  /** Another unit, or a stranger, says a whole frame during the transaction. */
  foreign: 0.01,
  /** The answer breaks off. */
  truncated: 0.005,
  /** The answer comes in two parts with a pause between, as serial servers pass it on. */
  split: 0.005,
  /** A whole answer of another length. */
  "wrong length": 0.003,
  /** A whole answer to another function. */
  "wrong function": 0.002,
  busy: 0.005,
  /** Busy, said as late as a late answer. */
  "late busy": 0.003,
} as const satisfies Record<string, number>;

export type FaultKind = keyof typeof FAULT_ODDS;

export function drawFault(random: () => number): FaultKind | "none" {
  let left = random();
  for (const [kind, odds] of Object.entries(FAULT_ODDS)) {
    left -= odds;
    if (left < 0) return kind as FaultKind;
  }
  return "none";
}
