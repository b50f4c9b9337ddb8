import { instantOfWallTimeMs } from "../format/format.ts";

const DAY_MS = 86_400_000;

/** When the site's local day begins. */
export const beginOfDay = (localDay: string, timeZone: string): string =>
  new Date(instantOfWallTimeMs(`${localDay}T00:00`, timeZone)).toISOString();

/** "2026-03-31" after "2026-03-30": by the calendar, whatever the clocks do. */
export const dayAfter = (localDay: string): string =>
  new Date(Date.parse(`${localDay}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
