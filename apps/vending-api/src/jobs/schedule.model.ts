import { type Connection, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";

/** One schedule of all API processes together. */
export interface ScheduleRow {
  /** Its name. */
  _id: string;
  /** The due time that was last done; what fell due since is missed. */
  lastRunFor: Date;
  lease: { holder: string; until: Date } | null;
}

const scheduleSchema = new Schema<ScheduleRow>(
  {
    _id: { type: String, required: true },
    lastRunFor: { type: Date, required: true },
    lease: { type: Schema.Types.Mixed, default: null },
  },
  { collection: "schedules", versionKey: false },
);

export const scheduleModel = (connection: Connection) =>
  boundModel<ScheduleRow>(connection, "Schedule", scheduleSchema);
