import type { Right } from "../auth/roles.ts";

/** What can be taken out as a file, with what narrows it; the server checks the roles again. */
export const EXPORTS = {
  buildings: { right: "integration.list", narrowedBy: [] },
  units: { right: "integration.list", narrowedBy: ["building"] },
  households: { right: "households.list", narrowedBy: ["status"] },
  residents: { right: "households.list", narrowedBy: [] },
  purchases: { right: "purchases.list", narrowedBy: ["period"] },
  "ledger-entries": { right: "reports.money", narrowedBy: ["period"] },
} as const satisfies Record<
  string,
  { right: Right; narrowedBy: readonly ("building" | "status" | "period")[] }
>;
export type ExportName = keyof typeof EXPORTS;
export const EXPORT_NAMES = Object.keys(EXPORTS) as ExportName[];

/** In the order in which an empty site is filled; with the columns that a line needs where no export shows them. */
export const IMPORTS = {
  buildings: [],
  units: [],
  households: [],
  residents: [],
  "opening-balances": ["building", "unit", "amount", "note"],
  purchases: ["ref", "building", "unit", "amount", "method", "local_time", "note"],
} as const satisfies Record<string, readonly string[]>;
export type ImportName = keyof typeof IMPORTS;
export const IMPORT_NAMES = Object.keys(IMPORTS) as ImportName[];

export interface ExportChoice {
  buildingId: string;
  status: string;
  /** Local days, both included; empty for open ends. */
  from: string;
  to: string;
  forPeople: boolean;
}

/**
 * The address of a file: what narrows the table, and how it looks. For people, columns have the language's names and the file
 * opens in a spreadsheet; for programs, names that never change.
 */
export function exportPath(
  what: ExportName,
  choice: ExportChoice,
  site: {
    id: string;
    locale: "en" | "zh";
    beginOf: (localDay: string) => string;
    dayAfter: (localDay: string) => string;
  },
): string {
  const narrowedBy: readonly string[] = EXPORTS[what].narrowedBy;
  const filter = {
    ...(narrowedBy.includes("building") && choice.buildingId !== "" && { buildingId: choice.buildingId }),
    ...(narrowedBy.includes("status") && choice.status !== "" && { status: choice.status }),
    ...(narrowedBy.includes("period") && choice.from !== "" && { from: site.beginOf(choice.from) }),
    ...(narrowedBy.includes("period") && choice.to !== "" && { to: site.beginOf(site.dayAfter(choice.to)) }),
    // The ledger's list is of one site by its filter.
    ...(what === "ledger-entries" && { siteId: site.id }),
  };
  const query = new URLSearchParams({
    siteId: site.id,
    ...(Object.keys(filter).length > 0 && { filter: JSON.stringify(filter) }),
    bom: choice.forPeople ? "yes" : "no",
    titles: choice.forPeople ? site.locale : "names",
  });
  return `/exports/${what}.csv?${query}`;
}
