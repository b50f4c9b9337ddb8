import { signIn } from "../../start/api-client.ts";
import type { MeasuredPage } from "./measured-page.ts";
import type { LargeStack } from "./start-stack.ts";
import { tellMs } from "./tell.ts";

/** A person waits that long without wondering. */
const REPORT_MS = 1000;
const CALL_MS = 500;
const DAY_MS = 86_400_000;

/** From the API alone: what a page adds is a table of some dozens of rows. */
export async function measureReports(_: MeasuredPage, { origin, site }: LargeStack): Promise<void> {
  const { siteId, administrator } = site;
  const api = await signIn(origin, administrator.login, administrator.password);
  const dayAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
  const period = `siteId=${siteId}&from=${dayAgo(31)}&to=${dayAgo(0)}`;
  const filter = (fields: object) => `filter=${encodeURIComponent(JSON.stringify({ siteId, ...fields }))}`;
  const paths: [path: string, goalMs: number][] = [
    [`/reports/sales?${period}&by=cashier,method`, REPORT_MS],
    [`/reports/tills?${period}`, REPORT_MS],
    [`/reports/use?${period}&by=building`, REPORT_MS],
    [`/reports/balances?siteId=${siteId}&only=negative`, REPORT_MS],
    [`/reports/subsidy?${period}`, REPORT_MS],
    [`/reports/losses?${period}`, REPORT_MS],
    [`/reports/rooms?${period}&show=top`, REPORT_MS],
    [`/reports/rooms?${period}&show=vacant`, REPORT_MS],
    [`/board?siteId=${siteId}`, CALL_MS],
    [`/rule-sets?siteId=${siteId}`, CALL_MS],
    [`/alarms?${filter({ state: ["raised", "acknowledged"] })}&sort=["severity","DESC"]`, CALL_MS],
    [`/alarms?${filter({})}&sort=["raisedAt","DESC"]&range=[99000,99024]`, CALL_MS],
    [`/alarms?${filter({})}&sort=["raisedAt","DESC"]&range=[50000,50024]`, CALL_MS],
    [`/alarms?${filter({ q: "vicious" })}`, CALL_MS],
    [`/households?${filter({ q: "117" })}`, CALL_MS],
    [`/circuits?${filter({})}&sort=["name","ASC"]`, CALL_MS],
  ];
  for (const [path, goalMs] of paths) {
    // The first may fold days of the journal that were never asked for.
    await api.get(path);
    const begun = performance.now();
    await api.get(path);
    tellMs(nameOf(path), performance.now() - begun, goalMs);
  }
}

/** Its address without what all of them have. */
function nameOf(path: string): string {
  const url = new URL(path, "http://api");
  const { siteId: _site, ...filter } = JSON.parse(url.searchParams.get("filter") ?? "{}") as Record<
    string,
    unknown
  >;
  const narrowed = ["by", "only", "show", "sort", "range"].flatMap(
    (name) => url.searchParams.get(name) ?? [],
  );
  if (Object.keys(filter).length > 0) narrowed.unshift(JSON.stringify(filter));
  return `GET ${url.pathname} ${narrowed.join(" ")}`;
}
