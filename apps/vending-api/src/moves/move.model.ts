import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";
import type { Role } from "../http/access.ts";
import type { FinalReading } from "../readings/final-readings.ts";

/** `reading` the meters of both rooms are read · `moving` rooms and circuits change hands · `done`. */
export const MOVE_STATES = ["reading", "moving", "done", "cancelled"] as const;

/** One household's way from a room to another. A swap has two. */
export interface MoveLeg {
  householdId: string;
  fromUnitId: string;
  toUnitId: string;
  fromCircuitIds: string[];
  toCircuitIds: string[];
}

export interface Move {
  _id: string;
  siteId: string;
  legs: MoveLeg[];
  /** Of the legs; unique while live. */
  householdIds: string[];
  isLive: boolean;
  state: (typeof MOVE_STATES)[number];
  /** Grows with every write, which is valid only for the revision that was read. */
  revision: number;
  readings: FinalReading[];
  reason: string;
  by: { id: string; name: string; role: Role };
  at: Date;
  movedAt: Date | null;
  idempotencyKey: string;
  requestHash: string;
  jobId: string | null;
}

const moveSchema = new Schema<Move>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    legs: { type: Schema.Types.Mixed, required: true },
    householdIds: { type: [String], required: true },
    isLive: { type: Boolean, required: true },
    state: { type: String, enum: MOVE_STATES, required: true },
    revision: { type: Number, required: true },
    readings: { type: Schema.Types.Mixed, required: true },
    reason: { type: String, required: true },
    by: { type: Schema.Types.Mixed, required: true },
    at: { type: Date, required: true },
    movedAt: { type: Date, default: null },
    idempotencyKey: { type: String, required: true },
    requestHash: { type: String, required: true },
    jobId: { type: String, default: null },
  },
  { collection: "moves", versionKey: false, minimize: false },
);
moveSchema.index({ siteId: 1, idempotencyKey: 1 }, { unique: true });
moveSchema.index({ siteId: 1, householdIds: 1 }, { unique: true, partialFilterExpression: { isLive: true } });
moveSchema.index({ siteId: 1, at: -1 });
moveSchema.index({ isLive: 1, jobId: 1 });

export const moveModel = (connection: Connection) => boundModel<Move>(connection, "Move", moveSchema);
