import { type Connection, Schema } from "mongoose";
import { boundModel, isDuplicateKey } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import type { Params, Subject } from "./alarm.model.ts";

/** A fact that happened, as told by a gateway or by the API itself. */
export interface EventRow {
  /** The teller's id: told twice, kept once. */
  _id: string;
  siteId: string;
  at: Date;
  kind: string;
  subject: Subject;
  params: Params;
}

const eventSchema = new Schema<EventRow>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    at: { type: Date, required: true },
    kind: { type: String, required: true },
    subject: { type: Schema.Types.Mixed, required: true },
    params: { type: Schema.Types.Mixed, required: true },
  },
  { collection: "events", versionKey: false, minimize: false },
);
eventSchema.index({ siteId: 1, at: -1 });
eventSchema.index({ "subject.circuitId": 1, at: -1 });
eventSchema.index({ "subject.householdId": 1, at: -1 });

export const eventModel = (connection: Connection) => boundModel<EventRow>(connection, "Event", eventSchema);

/** Keeps an event once, however often it is told. Fill `subject.householdId` where the circuit's household is known. */
export async function recordEvent(
  { connection, changes }: Pick<Deps, "connection" | "changes">,
  { id, ...event }: Omit<EventRow, "_id"> & { id: string },
): Promise<void> {
  try {
    await eventModel(connection).create({ _id: id, ...event });
  } catch (error) {
    if (isDuplicateKey(error)) return;
    throw error;
  }
  const { householdId } = event.subject;
  changes.publish({ resource: "events", id, siteId: event.siteId, ...(householdId ? { householdId } : {}) });
}
