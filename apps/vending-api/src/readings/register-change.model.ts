import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";

export const REGISTER_CHANGE_KINDS = ["swap", "ratio"] as const;
/** `proposed` waits for a second person · `applying` is decided · `applied` is in force · `withdrawn` was taken back. One way. */
export const REGISTER_CHANGE_STATES = ["proposed", "applying", "applied", "withdrawn"] as const;
export const READING_SOURCES = ["read", "typed"] as const;
export type ReadingSource = (typeof READING_SOURCES)[number];

export interface Ratios {
  ctRatio: number;
  ptRatio: number;
}

/** The end of one register of a circuit and the beginning of the next: no difference is ever made across it. */
export interface RegisterChange {
  _id: string;
  siteId: string;
  circuitId: string;
  meterId: string;
  kind: (typeof REGISTER_CHANGE_KINDS)[number];
  state: (typeof REGISTER_CHANGE_STATES)[number];
  at: Date;
  /** After ratios, as samples show them: the old register at its end, the new one at its beginning. */
  lastRegisterWh: number;
  firstRegisterWh: number;
  lastSource: ReadingSource;
  firstSource: ReadingSource;
  serials: { before: string; after: string } | null;
  ratios: { before: Ratios; after: Ratios } | null;
  reason: string;
  proposedBy: { id: string; name: string };
  proposedAt: Date;
  decidedBy: { id: string; name: string } | null;
  decidedAt: Date | null;
  /** Of the request that proposed it. */
  requestHash: string;
}

const registerChangeSchema = new Schema<RegisterChange>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    circuitId: { type: String, required: true },
    meterId: { type: String, required: true },
    kind: { type: String, enum: REGISTER_CHANGE_KINDS, required: true },
    state: { type: String, enum: REGISTER_CHANGE_STATES, required: true },
    at: { type: Date, required: true },
    lastRegisterWh: { type: Number, required: true },
    firstRegisterWh: { type: Number, required: true },
    lastSource: { type: String, enum: READING_SOURCES, required: true },
    firstSource: { type: String, enum: READING_SOURCES, required: true },
    serials: { type: Schema.Types.Mixed, default: null },
    ratios: { type: Schema.Types.Mixed, default: null },
    reason: { type: String, required: true },
    proposedBy: { type: Schema.Types.Mixed, required: true },
    proposedAt: { type: Date, required: true },
    decidedBy: { type: Schema.Types.Mixed, default: null },
    decidedAt: { type: Date, default: null },
    requestHash: { type: String, required: true },
  },
  { collection: "register-changes", versionKey: false, strict: "throw" },
);
registerChangeSchema.index({ siteId: 1, at: -1 });
registerChangeSchema.index({ circuitId: 1, at: -1 });
registerChangeSchema.index({ state: 1 });

export const registerChangeModel = (connection: Connection) =>
  boundModel<RegisterChange>(connection, "RegisterChange", registerChangeSchema);
