import type { Hold, IntendedState, Presence, RelayState, Sample } from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";

/** What the gateway last told of a circuit. The gateway is its author; the API only shows it. */
export interface CircuitMirror {
  /** The circuit. */
  _id: string;
  siteId: string;
  sample: Sample | null;
  /** Of the sample; the epoch before the first. */
  sampleAt: Date;
  /** The gateway's count of changes to the state below. */
  revision: number;
  stateAt: Date;
  relay: RelayState;
  intended: IntendedState;
  presence: Presence;
  keepPower: boolean;
  holds: Hold[];
  /** The state has changed, and its household's power was not looked at yet for what to tell. */
  noticeDue?: true;
}

const EPOCH = new Date(0);

const circuitMirrorSchema = new Schema<CircuitMirror>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    sample: { type: Schema.Types.Mixed, default: null },
    sampleAt: { type: Date, required: true },
    revision: { type: Number, required: true },
    stateAt: { type: Date, required: true },
    relay: { type: String, required: true },
    intended: { type: String, required: true },
    presence: { type: String, required: true },
    keepPower: { type: Boolean, required: true },
    holds: { type: Schema.Types.Mixed, required: true },
    noticeDue: { type: Boolean },
  },
  { collection: "circuit-mirrors", versionKey: false, minimize: false },
);
circuitMirrorSchema.index({ siteId: 1 });
circuitMirrorSchema.index({ noticeDue: 1 }, { partialFilterExpression: { noticeDue: { $exists: true } } });

export const circuitMirrorModel = (connection: Connection) =>
  boundModel<CircuitMirror>(connection, "CircuitMirror", circuitMirrorSchema);

/** Before the gateway has said anything. */
export function blankMirror(circuit: { _id: string; siteId: string; keepPower: boolean }): CircuitMirror {
  return {
    _id: circuit._id,
    siteId: circuit.siteId,
    sample: null,
    sampleAt: EPOCH,
    revision: -1,
    stateAt: EPOCH,
    relay: "unknown",
    intended: "closed",
    presence: "offline",
    keepPower: circuit.keepPower,
    holds: [],
  };
}

/** When anything was last heard of the circuit; null before. */
export function heardAt(mirror: CircuitMirror): Date | null {
  const newestMs = Math.max(mirror.sampleAt.getTime(), mirror.stateAt.getTime());
  return newestMs > EPOCH.getTime() ? new Date(newestMs) : null;
}
