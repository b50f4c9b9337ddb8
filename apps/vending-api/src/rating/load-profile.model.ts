import { type AnyBulkWriteOperation, type Connection, type Model, mongo, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";
import { type DayReadings, packDay, unpackDay } from "./pack-day.ts";
import { DAY_MS, INTERVALS_PER_DAY, mergeMarks, type ProfileMark } from "./profile-marks.ts";

/** 96 intervals of one circuit on one UTC day: as arrays while samples still come, packed when it is over. */
export interface LoadProfileDay extends Partial<DayReadings> {
  /** `circuit:day`. */
  _id: string;
  siteId: string;
  circuitId: string;
  /** UTC day, YYYY-MM-DD. */
  day: string;
  /** Counts the writes to the arrays, so that packing loses none. */
  writes: number;
  packed?: mongo.Binary;
}

const loadProfileSchema = new Schema<LoadProfileDay>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    circuitId: { type: String, required: true },
    day: { type: String, required: true },
    writes: { type: Number, required: true },
    readings: { type: [Number], default: undefined },
    flags: { type: [Number], default: undefined },
    packed: { type: Schema.Types.Buffer },
  },
  { collection: "load-profiles", versionKey: false, strict: "throw" },
);
loadProfileSchema.index({ circuitId: 1, day: 1 }, { unique: true });
// What waits to be packed.
loadProfileSchema.index({ day: 1 }, { partialFilterExpression: { readings: { $exists: true } } });

export function loadProfileModel(connection: Connection): Model<LoadProfileDay> {
  return boundModel(connection, "LoadProfile", loadProfileSchema);
}

export function readingsOf({ packed, readings = [], flags = [] }: LoadProfileDay): DayReadings {
  return packed ? unpackDay(packed.value()) : { readings, flags };
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
      updateOne: { filter: { _id, packed: null }, update: { $max: largest, $inc: { writes: 1 } } },
    }),
  );
  const written = await model.bulkWrite(updates, { ordered: false, strict: false });
  if (written.matchedCount === updates.length) return;
  const begun = days.map(
    (day): AnyBulkWriteOperation<LoadProfileDay> => ({
      updateOne: { filter: { _id: day._id }, update: { $setOnInsert: newDay(day) }, upsert: true },
    }),
  );
  const inserted = await model.bulkWrite(begun, { ordered: false });
  if (inserted.upsertedCount === updates.length) return;
  await unpackDays(
    connection,
    days.map(({ _id }) => _id),
  );
  await model.bulkWrite(updates, { ordered: false, strict: false });
}

/** Readings that came late open their day again. */
async function unpackDays(connection: Connection, ids: readonly string[]): Promise<void> {
  const model = loadProfileModel(connection);
  const rows = await model.find({ _id: { $in: [...ids] }, packed: { $ne: null } }).lean<LoadProfileDay[]>();
  if (rows.length === 0) return;
  await model.bulkWrite(
    rows.map((row) => ({
      updateOne: {
        filter: { _id: row._id, writes: row.writes, packed: { $ne: null } },
        update: { $set: readingsOf(row), $unset: { packed: 1 as const } },
      },
    })),
    { ordered: false },
  );
}

/** Days are packed together; range 50–2000. */
const PACK_AT_ONCE = 500;

/** Packs the days before this one, YYYY-MM-DD. Returns how many. */
export async function packDaysBefore(connection: Connection, day: string): Promise<number> {
  const model = loadProfileModel(connection);
  let packed = 0;
  for (;;) {
    const rows = await model
      .find({ day: { $lt: day }, readings: { $exists: true } })
      .limit(PACK_AT_ONCE)
      .lean<LoadProfileDay[]>();
    if (rows.length === 0) return packed;
    const written = await model.bulkWrite(
      rows.map((row) => ({
        updateOne: {
          // A reading that came since we looked is packed in the next turn.
          filter: { _id: row._id, writes: row.writes, packed: null },
          update: {
            $set: { packed: new mongo.Binary(packDay(readingsOf(row))) },
            $unset: { readings: 1 as const, flags: 1 as const },
          },
        },
      })),
      { ordered: false },
    );
    packed += written.modifiedCount;
  }
}

/** The same marks as the rows of days that nobody has written to yet, packed: for a past that is written at once. */
export function packedDaysOf(circuit: CircuitMarks): LoadProfileDay[] {
  return daysOf(circuit).map((day) => {
    const { readings, flags, ...row } = newDay(day);
    return { _id: day._id, ...row, packed: new mongo.Binary(packDay({ readings, flags })) };
  });
}

interface DayUpdate {
  _id: string;
  siteId: string;
  circuitId: string;
  day: string;
  /** `readings.n` and `flags.n` as `$max` wants them. */
  largest: Record<string, number>;
  marks: { slot: number; mark: ProfileMark }[];
}

function daysOf({ circuitId, siteId, marks }: CircuitMarks): DayUpdate[] {
  const days = new Map<string, DayUpdate>();
  for (const mark of mergeMarks(marks)) {
    const { interval, readingWh, flag } = mark;
    const day = utcDay(Math.floor(interval / INTERVALS_PER_DAY) * DAY_MS);
    const slot = interval % INTERVALS_PER_DAY;
    const update = days.get(day) ?? {
      _id: `${circuitId}:${day}`,
      siteId,
      circuitId,
      day,
      largest: {},
      marks: [],
    };
    if (readingWh !== null) update.largest[`readings.${slot}`] = readingWh;
    update.largest[`flags.${slot}`] = flag;
    update.marks.push({ slot, mark });
    days.set(day, update);
  }
  return [...days.values()];
}

function newDay({ siteId, circuitId, day, marks }: DayUpdate) {
  const readings = new Array<number | null>(INTERVALS_PER_DAY).fill(null);
  const flags = new Array<number>(INTERVALS_PER_DAY).fill(0);
  for (const { slot, mark } of marks) {
    readings[slot] = mark.readingWh;
    flags[slot] = mark.flag;
  }
  return { siteId, circuitId, day, writes: 1, readings, flags };
}

export function utcDay(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
