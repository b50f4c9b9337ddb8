import type { BusStatistics, TracedFrame } from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import { boundModel } from "../../db/model.ts";

/** What a gateway told of a bus while somebody looked on; the last of it stays. */
export interface BusView {
  /** The bus. */
  _id: string;
  siteId: string;
  statistics: BusStatistics | null;
  statisticsAt: Date | null;
  /** Oldest first. */
  frames: TracedFrame[];
  framesAt: Date | null;
}

const busViewSchema = new Schema<BusView>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    statistics: { type: Schema.Types.Mixed, default: null },
    statisticsAt: { type: Date, default: null },
    frames: { type: Schema.Types.Mixed, default: [] },
    framesAt: { type: Date, default: null },
  },
  { collection: "bus-views", versionKey: false, minimize: false },
);

export const busViewModel = (connection: Connection) =>
  boundModel<BusView>(connection, "BusView", busViewSchema);
