import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";

export const HOUSEHOLD_STATUSES = ["open", "closed"] as const;

/** The account that buys and uses electricity in a unit, for a period of occupancy. */
export interface Household {
  _id: string;
  siteId: string;
  unitId: string;
  /**
   * The unit while the household is open, then a value that nobody else has. Unique: two households never occupy one unit, and
   * the one that does is found by it.
   */
  occupies: string;
  name: string;
  /** See search-words.ts. */
  words: string[];
  status: (typeof HOUSEHOLD_STATUSES)[number];
  /** Words of the site's own by which grants choose; missing in rows of older releases. */
  tags?: string[];
  tariffId: string | null;
  /** When it got that tariff; missing where it has had it from the beginning. */
  tariffSince?: Date;
  /** Circuits open at or below this balance, minor units… */
  cutMinor: number;
  /** …and close above this one. */
  releaseMinor: number;
  openedAt: Date;
  closedAt: Date | null;
  /** Where it lived before, oldest first; missing where it never moved. */
  pastRooms?: PastRoom[];
  /** Moves that have brought it to its unit, so that none does it twice. */
  moveIds?: string[];
}

export interface PastRoom {
  unitId: string;
  circuitIds: string[];
  from: Date;
  until: Date;
}

const householdSchema = new Schema<Household>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    unitId: { type: String, required: true },
    occupies: { type: String, required: true },
    name: { type: String, required: true },
    words: { type: [String], required: true },
    status: { type: String, enum: HOUSEHOLD_STATUSES, required: true },
    tags: { type: [String], default: undefined },
    tariffId: { type: String, default: null },
    tariffSince: { type: Date },
    cutMinor: { type: Number, required: true },
    releaseMinor: { type: Number, required: true },
    openedAt: { type: Date, required: true },
    closedAt: { type: Date, default: null },
    pastRooms: {
      type: [{ unitId: String, circuitIds: [String], from: Date, until: Date, _id: false }],
      default: undefined,
    },
    moveIds: { type: [String], default: undefined },
  },
  { collection: "households", versionKey: false },
);
householdSchema.index({ siteId: 1, occupies: 1 }, { unique: true });
householdSchema.index({ siteId: 1, words: 1 });
householdSchema.index({ unitId: 1 });
householdSchema.index({ siteId: 1, tags: 1 });

export const householdModel = (connection: Connection) =>
  boundModel<Household>(connection, "Household", householdSchema);

/** The open household of each unit that has one. */
export async function openHouseholdByUnit(
  connection: Connection,
  unitIds: readonly string[],
): Promise<Map<string, Household>> {
  const households = await householdModel(connection)
    .find({ occupies: { $in: [...unitIds] } })
    .lean<Household[]>();
  return new Map(households.map((household) => [household.unitId, household]));
}
