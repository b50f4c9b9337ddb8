import type { Right } from "../auth/roles.ts";
import type { Period } from "./period.ts";

/** Every report: who reads it, the API's route, and what beside the period its table asks for. */
export const REPORTS = {
  sales: { right: "reports.money", route: "sales", hasPeriod: true, query: { by: "cashier,method" } },
  tills: { right: "reports.money", route: "tills", hasPeriod: true, query: {} },
  use: { right: "reports.list", route: "use", hasPeriod: true, query: { by: "building" } },
  balances: { right: "reports.money", route: "balances", hasPeriod: false, query: { only: "negative" } },
  subsidy: { right: "reports.money", route: "subsidy", hasPeriod: true, query: {} },
  losses: { right: "reports.list", route: "losses", hasPeriod: true, query: {} },
  top: { right: "reports.list", route: "rooms", hasPeriod: true, query: { show: "top" } },
  vacant: { right: "reports.list", route: "rooms", hasPeriod: true, query: { show: "vacant" } },
} as const satisfies Record<
  string,
  { right: Right; route: string; hasPeriod: boolean; query: Readonly<Record<string, string>> }
>;
export type ReportName = keyof typeof REPORTS;
export const REPORT_NAMES = Object.keys(REPORTS) as ReportName[];

export interface ReportAsk extends Period {
  siteId: string;
}

function queryOf(name: ReportName, { siteId, from, to }: ReportAsk, more: Readonly<Record<string, string>>) {
  const { hasPeriod, query } = REPORTS[name];
  return new URLSearchParams({ siteId, ...(hasPeriod && { from, to }), ...query, ...more });
}

/** Address of a report's JSON; `more` replaces what its table asks for. */
export const reportPath = (
  name: ReportName,
  ask: ReportAsk,
  more: Readonly<Record<string, string>> = {},
): string => `/reports/${REPORTS[name].route}?${queryOf(name, ask, more)}`;

/** The same rows as a file, with columns named in a language. */
export const reportCsvPath = (name: ReportName, ask: ReportAsk, titles: "en" | "zh"): string =>
  `/reports/${REPORTS[name].route}.csv?${queryOf(name, ask, { titles })}`;
