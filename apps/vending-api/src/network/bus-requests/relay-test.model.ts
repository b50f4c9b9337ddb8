import type { RelayTestProgress } from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import { boundModel } from "../../db/model.ts";

/** The newest relay test of a circuit that was asked for here. */
export interface RelayTestRow {
  /** The circuit. */
  _id: string;
  siteId: string;
  requestId: string;
  reason: string;
  by: { id: string; name: string };
  askedAt: Date;
  /** Null until the gateway has said anything. */
  toldAt: Date | null;
  state: "asked" | RelayTestProgress["state"];
  steps: RelayTestProgress["steps"];
  detail: string | null;
}

const relayTestSchema = new Schema<RelayTestRow>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    requestId: { type: String, required: true },
    reason: { type: String, required: true },
    by: { id: String, name: String, _id: false },
    askedAt: { type: Date, required: true },
    toldAt: { type: Date, default: null },
    state: { type: String, required: true },
    steps: { type: Schema.Types.Mixed, required: true },
    detail: { type: String, default: null },
  },
  { collection: "relay-tests", versionKey: false, minimize: false },
);

export const relayTestModel = (connection: Connection) =>
  boundModel<RelayTestRow>(connection, "RelayTest", relayTestSchema);
