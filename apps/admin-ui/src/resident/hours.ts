export interface HourOfUse {
  hour: number;
  wh: number;
}

/** Use by the site's clock hour, from quarters of an hour; hours without any record are left out, hours of zero stay. */
export function hoursOfUse(
  intervals: readonly { at: string; wh: number | null }[],
  timeZone: string,
): HourOfUse[] {
  const hourOf = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", hourCycle: "h23" });
  const whByHour = new Map<number, number>();
  for (const { at, wh } of intervals) {
    if (wh === null) continue;
    const hour = Number(hourOf.format(Date.parse(at)));
    whByHour.set(hour, (whByHour.get(hour) ?? 0) + wh);
  }
  return [...whByHour].map(([hour, wh]) => ({ hour, wh })).sort((a, b) => a.hour - b.hour);
}

export type PowerSummary = "on" | "off" | "partly" | "unknown";

/** One word for all circuits of a household. */
export function powerSummary(relays: readonly ("closed" | "open" | "unknown")[]): PowerSummary {
  if (relays.length === 0 || relays.every((relay) => relay === "unknown")) return "unknown";
  if (relays.every((relay) => relay === "closed")) return "on";
  return relays.some((relay) => relay === "closed") ? "partly" : "off";
}
