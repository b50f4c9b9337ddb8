import { type Connection, Schema } from "mongoose";
import { MONEY_WRITE } from "../db/connection.ts";
import { boundModel, idField } from "../db/model.ts";
import type { CashMovement, ShiftTotals, Takings } from "./shift-totals.ts";

/** `closing`: counted, and nothing enters any more; what was under way is being settled. */
export const SHIFT_STATES = ["open", "closing", "closed"] as const;
export type ShiftState = (typeof SHIFT_STATES)[number];

export interface Person {
  id: string;
  name: string;
}

export interface ShiftMovement extends CashMovement {
  id: string;
  reason: string;
  at: Date;
  by: Person;
  key: string;
  requestHash: string;
}

/** A sale or void on its way into the journal. Named here first, so that no closing can miss it. */
export interface ShiftPosting {
  householdId: string;
  ref: string;
  requestHash: string;
}

export interface ShiftCount {
  counted: Takings;
  note: string;
  at: Date;
  by: Person;
  key: string;
  requestHash: string;
}

/** One person at one till, from the float to the count. */
export interface TillShift {
  _id: string;
  siteId: string;
  tillId: string;
  /** Counts the shifts of its till. */
  number: number;
  person: Person;
  state: ShiftState;
  /** Until it is closed; by it a till and a person have one shift at a time. */
  isOpen: boolean;
  openedAt: Date;
  floatMinor: number;
  openingKey: string;
  openingHash: string;
  movements: ShiftMovement[];
  pending: ShiftPosting[];
  count: ShiftCount | null;
  /** Of its entries, frozen when it is closed. */
  totals: ShiftTotals | null;
}

const shiftSchema = new Schema<TillShift>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    tillId: { type: String, required: true },
    number: { type: Number, required: true },
    person: { id: String, name: String, _id: false },
    state: { type: String, enum: SHIFT_STATES, required: true },
    isOpen: { type: Boolean, required: true },
    openedAt: { type: Date, required: true },
    floatMinor: { type: Number, required: true },
    openingKey: { type: String, required: true },
    openingHash: { type: String, required: true },
    movements: { type: Schema.Types.Mixed, required: true },
    pending: { type: Schema.Types.Mixed, required: true },
    count: { type: Schema.Types.Mixed, default: null },
    totals: { type: Schema.Types.Mixed, default: null },
  },
  { collection: "till-shifts", versionKey: false, minimize: false, writeConcern: MONEY_WRITE },
);

const whileOpen = { unique: true, partialFilterExpression: { isOpen: true } };
shiftSchema.index({ siteId: 1, tillId: 1 }, { ...whileOpen, name: "one-per-till" });
shiftSchema.index({ siteId: 1, "person.id": 1 }, { ...whileOpen, name: "one-per-person" });
shiftSchema.index({ siteId: 1, tillId: 1, number: 1 }, { unique: true });
shiftSchema.index({ siteId: 1, openingKey: 1 }, { unique: true });
shiftSchema.index({ siteId: 1, openedAt: -1 });

export const tillShiftModel = (connection: Connection) =>
  boundModel<TillShift>(connection, "TillShift", shiftSchema);
