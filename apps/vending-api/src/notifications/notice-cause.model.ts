import { type Connection, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";
import type { Notice, NoticePlace } from "./notice.ts";

/** One thing that happened and is worth a message; kept so that it is told once, however often it is found. */
export interface NoticeCause {
  /** The cause's key. */
  _id: string;
  siteId: string;
  householdId: string | null;
  at: Date;
  notice: Notice;
  place: NoticePlace;
  /** Until every recipient has a notification. */
  waits?: true;
}

/** Longer than anything is found again, and than anybody asks. Range 90 days–10 years. */
export const NOTICES_KEPT_S = 400 * 86_400;

const causeSchema = new Schema<NoticeCause>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    householdId: { type: String, default: null },
    at: { type: Date, required: true },
    notice: { type: Schema.Types.Mixed, required: true },
    place: { type: Schema.Types.Mixed, required: true },
    waits: { type: Boolean },
  },
  { collection: "notice-causes", versionKey: false, minimize: false },
);
causeSchema.index({ waits: 1 }, { partialFilterExpression: { waits: { $exists: true } } });
causeSchema.index({ at: 1 }, { expireAfterSeconds: NOTICES_KEPT_S });

export const noticeCauseModel = (connection: Connection) =>
  boundModel<NoticeCause>(connection, "NoticeCause", causeSchema);
