import { type Connection, type Model, Schema } from "mongoose";
import { MONEY_WRITE } from "../db/connection.ts";
import { boundModel } from "../db/model.ts";
import { ACCRUAL_STATES, type Accrual, LIVING_STATES } from "./accrual.ts";

const accrualSchema = new Schema<Accrual>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    circuitId: { type: String, required: true },
    householdId: { type: String, default: null },
    tariffId: { type: String, default: null },
    versionNumber: { type: Number, default: null },
    terms: { type: Schema.Types.Mixed, default: null },
    blockPeriod: { type: String, default: null },
    day: { type: String, required: true },
    part: { type: Number, required: true },
    endsAt: { type: Date, required: true },
    state: { type: String, enum: ACCRUAL_STATES, required: true },
    revision: { type: Number, required: true },
    fromAt: { type: Date, required: true },
    fromWh: { type: Number, required: true },
    lastAt: { type: Date, required: true },
    lastWh: { type: Number, required: true },
    offsetWh: { type: Number, required: true },
    lastRelay: { type: String, required: true },
    whByRate: { type: Schema.Types.Mixed, required: true },
    costNano: { type: Number, required: true },
    demand: { type: Schema.Types.Mixed, default: null },
    demandNano: { type: Number, required: true },
    nanoPerMinor: { type: Number, required: true },
    currency: { type: String, required: true },
    suspect: { type: Schema.Types.Mixed, default: null },
    held: { type: Schema.Types.Mixed, required: true },
    registerChangeId: { type: String, default: null },
    watch: { type: Schema.Types.Mixed, required: true },
    recentDays: { type: Schema.Types.Mixed, required: true },
  },
  { collection: "accruals", versionKey: false, minimize: false, strict: "throw", writeConcern: MONEY_WRITE },
);
accrualSchema.index({ circuitId: 1, state: 1 });
// Also the order of the check, which no store would sort in memory.
accrualSchema.index({ circuitId: 1, day: 1, part: 1 });
accrualSchema.index({ householdId: 1, state: 1 });
accrualSchema.index({ householdId: 1, day: 1 });
accrualSchema.index({ siteId: 1, state: 1 });
// What waits for a decision: few accruals have any.
accrualSchema.index(
  { siteId: 1, "held.state": 1 },
  { partialFilterExpression: { "held.0": { $exists: true } } },
);
// The sweep after midnight.
accrualSchema.index({ state: 1, endsAt: 1 });

export function accrualModel(connection: Connection): Model<Accrual> {
  return boundModel(connection, "Accrual", accrualSchema);
}

/** Accruals that are not done, of the given circuits, households or site; oldest first within a circuit. */
export async function readLivingAccruals(
  connection: Connection,
  where: { circuitId: { $in: string[] } } | { householdId: string | { $in: string[] } } | { siteId: string },
): Promise<Accrual[]> {
  const rows = await accrualModel(connection)
    .find({ ...where, state: { $in: [...LIVING_STATES] } })
    .lean<Accrual[]>();
  return rows.sort(
    (a, b) =>
      a.lastAt.getTime() - b.lastAt.getTime() || a.fromAt.getTime() - b.fromAt.getTime() || a.part - b.part,
  );
}
