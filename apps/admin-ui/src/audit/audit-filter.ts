import { instantOfWallTimeMs } from "../format/format.ts";

/** As in the address. */
export const AUDIT_CHOICES = ["scope", "actor", "resource", "subject", "from", "to", "page"] as const;
export type AuditChoice = Record<(typeof AUDIT_CHOICES)[number], string>;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;
/** In place of a site: what belongs to every one. */
const SYSTEM = "*";

/** The site's local day as the instant it begins; undefined for what is no day. */
function beginOf(day: string, timeZone: string): string | undefined {
  if (!DAY.test(day) || Number.isNaN(Date.parse(day))) return undefined;
  return new Date(instantOfWallTimeMs(`${day}T00:00`, timeZone)).toISOString();
}

const dayAfter = (day: string): string =>
  DAY.test(day) && !Number.isNaN(Date.parse(day))
    ? new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10)
    : "";

export const chainOf = (scope: string, siteId: string): string => (scope === "system" ? SYSTEM : siteId);

/** The list to ask for; both days count whole. */
export function auditQuery(
  choice: AuditChoice,
  site: { id: string; timeZone: string },
): Record<string, string> {
  const from = beginOf(choice.from, site.timeZone);
  const to = beginOf(dayAfter(choice.to), site.timeZone);
  return {
    siteId: chainOf(choice.scope, site.id),
    ...(choice.actor !== "" && { actorId: choice.actor }),
    ...(choice.resource !== "" && { resource: choice.resource }),
    ...(choice.subject !== "" && { resourceId: choice.subject }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}
