import { type AnyBulkWriteOperation, type Connection, type Model, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";
import { DAY_MS, INTERVALS_PER_DAY, mergeMarks, type ProfileMark } from "./profile-marks.ts";

/** 96 intervals of one circuit on one UTC day. */
export interface LoadProfileDay {
  /** `circuit:day`. */
  _id: string;
  siteId: string;
  circuitId: string;
  /** UTC day, YYYY-MM-DD. */
  day: string;
  /** Reading at the end of each interval, or the newest within it; null before anything is known. */
  readings: (number | null)[];
  flags: number[];
}

const loadProfileSchema = new Schema<LoadProfileDay>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    circuitId: { type: String, required: true },
    day: { type: String, required: true },
    readings: { type: [Number], required: true },
    flags: { type: [Number], required: true },
  },
  { collection: "load-profiles", versionKey: false, strict: "throw" },
);
loadProfileSchema.index({ circuitId: 1, day: 1 }, { unique: true });

export function loadProfileModel(connection: Connection): Model<LoadProfileDay> {
  return boundModel(connection, "LoadProfile", loadProfileSchema);
}

export interface CircuitMarks {
  circuitId: string;
  siteId: string;
  marks: readonly ProfileMark[];
}

/** Stores what samples said of their intervals. Said again, in another order, it changes nothing. */
export async function storeMarks(connection: Connection, perCircuit: readonly CircuitMarks[]): Promise<void> {
  const days = perCircuit.flatMap((circuit) => daysOf(circuit));
  if (days.length === 0) return;
  const model = loadProfileModel(connection);
  const updates = days.map(
    ({ _id, largest }): AnyBulkWriteOperation<LoadProfileDay> => ({
      updateOne: { filter: { _id }, update: { $max: largest } },
    }),
  );
  const written = await model.bulkWrite(updates, { ordered: false, strict: false });
  if (written.matchedCount === updates.length) return;
  const blanks = days.map(
    ({ _id, siteId, circuitId, day }): AnyBulkWriteOperation<LoadProfileDay> => ({
      updateOne: {
        filter: { _id },
        update: { $setOnInsert: blankDay(siteId, circuitId, day) },
        upsert: true,
      },
    }),
  );
  await model.bulkWrite(blanks, { ordered: false });
  await model.bulkWrite(updates, { ordered: false, strict: false });
}

interface DayUpdate {
  _id: string;
  siteId: string;
  circuitId: string;
  day: string;
  /** `readings.n` and `flags.n` as `$max` wants them. */
  largest: Record<string, number>;
}

function daysOf({ circuitId, siteId, marks }: CircuitMarks): DayUpdate[] {
  const days = new Map<string, DayUpdate>();
  for (const { interval, readingWh, flag } of mergeMarks(marks)) {
    const day = utcDay(Math.floor(interval / INTERVALS_PER_DAY) * DAY_MS);
    const slot = interval % INTERVALS_PER_DAY;
    const update = days.get(day) ?? { _id: `${circuitId}:${day}`, siteId, circuitId, day, largest: {} };
    if (readingWh !== null) update.largest[`readings.${slot}`] = readingWh;
    update.largest[`flags.${slot}`] = flag;
    days.set(day, update);
  }
  return [...days.values()];
}

function blankDay(siteId: string, circuitId: string, day: string) {
  return {
    siteId,
    circuitId,
    day,
    readings: new Array<number | null>(INTERVALS_PER_DAY).fill(null),
    flags: new Array<number>(INTERVALS_PER_DAY).fill(0),
  };
}

export function utcDay(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
