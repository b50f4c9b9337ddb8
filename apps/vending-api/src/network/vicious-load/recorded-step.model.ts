import type { Sample, ViciousCase, ViciousOutcome } from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import { boundModel } from "../../db/model.ts";

/** A step or level that a gateway judged, with all that makes the judgement again; kept whether or not it tripped. */
export interface RecordedStep {
  /** The gateway's event. */
  _id: string;
  siteId: string;
  circuitId: string;
  at: Date;
  outcome: ViciousOutcome;
  isTripped: boolean;
  ruleVersion: number;
  deltaPowerW: number;
  deltaReactiveVar: number;
  factorPpm: number;
  judged: ViciousCase;
  samples: Sample[];
}

const recordedStepSchema = new Schema<RecordedStep>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    circuitId: { type: String, required: true },
    at: { type: Date, required: true },
    outcome: { type: String, required: true },
    isTripped: { type: Boolean, required: true },
    ruleVersion: { type: Number, required: true },
    deltaPowerW: { type: Number, required: true },
    deltaReactiveVar: { type: Number, required: true },
    factorPpm: { type: Number, required: true },
    judged: { type: Schema.Types.Mixed, required: true },
    samples: { type: Schema.Types.Mixed, required: true },
  },
  { collection: "recorded-steps", versionKey: false, minimize: false },
);
recordedStepSchema.index({ circuitId: 1, at: -1 });
recordedStepSchema.index({ siteId: 1, at: -1 });

export const recordedStepModel = (connection: Connection) =>
  boundModel<RecordedStep>(connection, "RecordedStep", recordedStepSchema);
