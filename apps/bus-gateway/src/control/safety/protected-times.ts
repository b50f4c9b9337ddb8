import { type Calendar, nextPeriodEdgeMs, periodEndMs, type SafetyPolicy } from "@hallmeter/meter-model";

interface ProtectedMoment {
  isProtected: boolean;
  /** As long as the policy stays, the answer is the same until then. */
  untilMs: number;
}

/** S5: whether nobody may be cut for want of credit at an instant, by the site's wall clock and calendar. */
export function protectedMoment(
  policy: SafetyPolicy,
  atMs: number,
  timeZone: string,
  calendar: Calendar,
): ProtectedMoment {
  const { protectedTimes, isWeatherProtected } = policy;
  return {
    isProtected: isWeatherProtected || periodEndMs(protectedTimes, atMs, timeZone, calendar) !== undefined,
    untilMs: nextPeriodEdgeMs(protectedTimes, atMs, timeZone),
  };
}
