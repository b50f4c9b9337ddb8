import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";

/** One login on one device: a family of refresh tokens of which only the newest generation counts. */
export interface Session {
  _id: string;
  userId: string;
  generation: number;
  rotatedAt: Date;
  createdAt: Date;
  /** Moves with each rotation, up to `endsAt`. */
  idleEndsAt: Date;
  endsAt: Date;
  endedAt: Date | null;
  endReason: "logout" | "refresh-reused" | "user-changed" | "revoked" | null;
  /** Where it was started, so that a person can tell one device from another; sessions from before this was kept have none. */
  from?: { address: string; program: string | null };
}

const sessionSchema = new Schema<Session>(
  {
    _id: idField,
    userId: { type: String, required: true },
    generation: { type: Number, required: true },
    rotatedAt: { type: Date, required: true },
    createdAt: { type: Date, required: true },
    idleEndsAt: { type: Date, required: true },
    endsAt: { type: Date, required: true },
    endedAt: { type: Date, default: null },
    endReason: { type: String, default: null },
    from: { type: { address: String, program: String, _id: false }, default: undefined },
  },
  { collection: "sessions", versionKey: false },
);
sessionSchema.index({ userId: 1 });
sessionSchema.index({ endsAt: 1 }, { expireAfterSeconds: 0 });

export const sessionModel = (connection: Connection) =>
  boundModel<Session>(connection, "Session", sessionSchema);
