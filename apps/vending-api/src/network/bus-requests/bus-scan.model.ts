import type { FoundUnit, ScanProgress, ScanRange } from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import { boundModel } from "../../db/model.ts";

/** The newest scan of a bus, as its gateway last told. */
export interface BusScan {
  /** The bus. */
  _id: string;
  siteId: string;
  /** Of this scan; a report on another one says nothing here. */
  requestId: string;
  range: ScanRange;
  by: { id: string; name: string };
  askedAt: Date;
  /** Null until the gateway has said anything. */
  toldAt: Date | null;
  state: "asked" | ScanProgress["state"];
  asked: number;
  total: number;
  found: FoundUnit[];
  detail: string | null;
}

const busScanSchema = new Schema<BusScan>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    requestId: { type: String, required: true },
    range: { type: Schema.Types.Mixed, required: true },
    by: { id: String, name: String, _id: false },
    askedAt: { type: Date, required: true },
    toldAt: { type: Date, default: null },
    state: { type: String, required: true },
    asked: { type: Number, required: true },
    total: { type: Number, required: true },
    found: { type: Schema.Types.Mixed, required: true },
    detail: { type: String, default: null },
  },
  { collection: "bus-scans", versionKey: false, minimize: false },
);

export const busScanModel = (connection: Connection) =>
  boundModel<BusScan>(connection, "BusScan", busScanSchema);
