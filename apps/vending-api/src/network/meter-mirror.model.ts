import type { MeterCreditReport, ParameterRow } from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";

/** What a circuit's meter last said of what it keeps itself. The gateway is its author; the API only shows it. */
export interface MeterMirror {
  /** The circuit. */
  _id: string;
  /** The epoch before the first. */
  parametersAt: Date;
  parameters: ParameterRow[];
  /** The epoch before the first. */
  creditAt: Date;
  credit: Omit<MeterCreditReport, "circuitId" | "at"> | null;
}

const EPOCH = new Date(0);

const meterMirrorSchema = new Schema<MeterMirror>(
  {
    _id: { type: String, required: true },
    parametersAt: { type: Date, required: true },
    parameters: { type: Schema.Types.Mixed, required: true },
    creditAt: { type: Date, required: true },
    credit: { type: Schema.Types.Mixed, default: null },
  },
  { collection: "meter-mirrors", versionKey: false, minimize: false },
);

export const meterMirrorModel = (connection: Connection) =>
  boundModel<MeterMirror>(connection, "MeterMirror", meterMirrorSchema);

/** Before the meter has said anything. */
export function blankMeterMirror(circuitId: string): MeterMirror {
  return { _id: circuitId, parametersAt: EPOCH, parameters: [], creditAt: EPOCH, credit: null };
}

export async function readMeterMirror(connection: Connection, circuitId: string): Promise<MeterMirror> {
  const kept = await meterMirrorModel(connection).findById(circuitId).lean<MeterMirror | null>();
  return kept ?? blankMeterMirror(circuitId);
}

/** Null for what was never said. */
export function saidAt(at: Date): string | null {
  return at.getTime() === EPOCH.getTime() ? null : at.toISOString();
}
