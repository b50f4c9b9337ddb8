import type { SafetyPolicy, TariffCalendar } from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";
import { DEFAULT_DOCUMENT_LANGUAGE, type DocumentLanguage } from "./site-fields.ts";

/** What a site does when households leave. */
export interface WithdrawalPolicy {
  /** A refund that pays out more than this needs another person than who proposed it. Minor units. */
  secondPersonAboveMinor: number;
  /** What becomes of the circuits: switched off, or left as they are. */
  circuits: "open" | "keep";
}

export const DEFAULT_WITHDRAWAL_POLICY: WithdrawalPolicy = { secondPersonAboveMinor: 0, circuits: "open" };

export interface Site {
  _id: string;
  name: string;
  /** IANA; fixed, because days of use are local days. */
  timeZone: string;
  /** ISO 4217; fixed, because the ledger is kept in it. */
  currency: string;
  /** Digits of its minor unit. */
  currencyDigits: number;
  /** Local dates, YYYY-MM-DD, ascending. */
  holidays: string[];
  /** ISO weekdays, 1 Monday … 7 Sunday. */
  restWeekdays: number[];
  /** Day types of tariffs by local date; missing in rows of older releases. */
  namedDays?: Record<string, string>;
  /** Who sells must have a shift open at a till. */
  tillsRequired?: boolean;
  /** Missing in rows of older releases: `DEFAULT_DOCUMENT_LANGUAGE`. */
  documentLanguage?: DocumentLanguage;
  /** Missing in rows of older releases: `DEFAULT_WITHDRAWAL_POLICY`. */
  withdrawal?: WithdrawalPolicy;
  /** Where it differs from the defaults of the safety rules. */
  safety?: SafetyPolicy;
}

const siteSchema = new Schema<Site>(
  {
    _id: idField,
    name: { type: String, required: true },
    timeZone: { type: String, required: true },
    currency: { type: String, required: true },
    currencyDigits: { type: Number, required: true },
    holidays: { type: [String], required: true },
    restWeekdays: { type: [Number], required: true },
    namedDays: { type: Schema.Types.Mixed },
    tillsRequired: { type: Boolean },
    documentLanguage: { type: String },
    withdrawal: { type: Schema.Types.Mixed },
    safety: { type: Schema.Types.Mixed },
  },
  { collection: "sites", versionKey: false },
);
siteSchema.index({ name: 1 }, { unique: true });

export const siteModel = (connection: Connection) => boundModel<Site>(connection, "Site", siteSchema);

/** The site's days as tariffs see them. */
export function calendarOf({ timeZone, restWeekdays, holidays, namedDays = {} }: Site): TariffCalendar {
  return { timeZone, restWeekdays, holidays, namedDays };
}

/** What the site's documents are printed in where nobody names a language. */
export async function documentLanguageOf(connection: Connection, siteId: string): Promise<DocumentLanguage> {
  const site = await siteModel(connection)
    .findById(siteId, { documentLanguage: 1 })
    .lean<Pick<Site, "documentLanguage"> | null>();
  return site?.documentLanguage ?? DEFAULT_DOCUMENT_LANGUAGE;
}
