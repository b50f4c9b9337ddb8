import type {
  CircuitRules,
  CreditPlace,
  DesiredParameters,
  MeterAccess,
  UnitId,
} from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";

/** What a circuit is and shall do. What it does is in its mirror. */
export interface Circuit {
  _id: string;
  siteId: string;
  gatewayId: string;
  busId: string;
  meterId: string;
  name: string;
  profile: string;
  variant: string;
  /** Its unit id on the bus; the first of those it takes. */
  unitAddress: UnitId;
  /** Which of the circuits behind its unit id, from 1; absent where there is one. */
  loop?: number;
  ctRatio: number;
  ptRatio: number;
  switchRatingCa: number;
  householdId: string | null;
  /** The room that it feeds while nobody lives there; known since its last household left. */
  unitId?: string | null;
  keepPower: boolean;
  /** A generator, inverter or PV plant may feed the load side; absent for no. */
  hasSecondSource?: boolean;
  /** `meter`: purchases are written into the meter. Absent: the credit lives here. */
  creditPlace?: CreditPlace;
  /** With what a DL/T 645 meter is switched and written; never shown again. */
  access?: MeterAccess | null;
  /** What the meter's own parameters shall be. */
  parameters?: DesiredParameters;
  rules: CircuitRules;
  commissionedAt: Date | null;
  /** The circuit whose meter measures this one too; absent where nothing stands before it. */
  feederId?: string | null;
}

const circuitSchema = new Schema<Circuit>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    gatewayId: { type: String, required: true },
    busId: { type: String, required: true },
    meterId: { type: String, required: true },
    name: { type: String, required: true },
    profile: { type: String, required: true },
    variant: { type: String, required: true },
    // A number for Modbus, twelve digits for DL/T 645.
    unitAddress: { type: Schema.Types.Mixed, required: true },
    loop: { type: Number },
    ctRatio: { type: Number, required: true },
    ptRatio: { type: Number, required: true },
    switchRatingCa: { type: Number, required: true },
    householdId: { type: String, default: null },
    unitId: { type: String },
    keepPower: { type: Boolean, required: true },
    creditPlace: { type: String, enum: ["server", "meter"] },
    access: { type: Schema.Types.Mixed },
    parameters: { type: Schema.Types.Mixed },
    hasSecondSource: { type: Boolean },
    feederId: { type: String },
    rules: { type: Schema.Types.Mixed, required: true },
    commissionedAt: { type: Date, default: null },
  },
  { collection: "circuits", versionKey: false, minimize: false },
);
// Two circuits at one address would put one's use on the other's account.
circuitSchema.index({ busId: 1, unitAddress: 1, loop: 1 }, { unique: true });
circuitSchema.index({ gatewayId: 1 });
circuitSchema.index({ householdId: 1 });
circuitSchema.index({ unitId: 1 });
circuitSchema.index({ siteId: 1, name: 1 });

export const circuitModel = (connection: Connection) =>
  boundModel<Circuit>(connection, "Circuit", circuitSchema);
