import { type Connection, Schema } from "mongoose";
import { MONEY_WRITE } from "../db/connection.ts";
import { boundModel, idField } from "../db/model.ts";

export const CARD_STATES = ["active", "blocked", "replaced", "settled"] as const;
export type CardState = (typeof CARD_STATES)[number];

/** A chip that carries a household's credit to one circuit's meter. */
export interface Card {
  _id: string;
  siteId: string;
  householdId: string;
  circuitId: string;
  /** Hex. */
  uid: string;
  state: CardState;
  /** The chip, and the household's circuit, while the card is in use; then values that nobody else has. */
  uidInUse: string;
  circuitInUse: string;
  issuedAt: Date;
  issuedBy: { id: string; name: string };
  requestKey: string;
  requestHash: string;
  /** What the card itself last showed. */
  readAt: Date | null;
  readCount: number;
  stateReason: string;
  replaces: string | null;
}

const cardSchema = new Schema<Card>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    householdId: { type: String, required: true },
    circuitId: { type: String, required: true },
    uid: { type: String, required: true },
    state: { type: String, enum: CARD_STATES, required: true },
    uidInUse: { type: String, required: true },
    circuitInUse: { type: String, required: true },
    issuedAt: { type: Date, required: true },
    issuedBy: { type: Schema.Types.Mixed, required: true },
    requestKey: { type: String, required: true },
    requestHash: { type: String, required: true },
    readAt: { type: Date, default: null },
    readCount: { type: Number, required: true },
    stateReason: { type: String, default: "" },
    replaces: { type: String, default: null },
  },
  { collection: "cards", versionKey: false, writeConcern: MONEY_WRITE },
);
cardSchema.index({ siteId: 1, uidInUse: 1 }, { unique: true });
cardSchema.index({ siteId: 1, circuitInUse: 1 }, { unique: true });
cardSchema.index({ siteId: 1, requestKey: 1 }, { unique: true });
cardSchema.index({ siteId: 1, issuedAt: -1 });

export const cardModel = (connection: Connection) => boundModel<Card>(connection, "Card", cardSchema);

/** How far the taker at a circuit has taken, from whatever card: only ever further. */
export interface CardTaker {
  /** Of the circuit. */
  _id: string;
  siteId: string;
  count: number;
  at: Date;
  /** Who said so: the taker through its gateway, its receipt on a card, or a person who read it off. */
  source: "gateway" | "card" | "person";
}

const takerSchema = new Schema<CardTaker>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    count: { type: Number, required: true },
    at: { type: Date, required: true },
    source: { type: String, required: true },
  },
  { collection: "card-takers", versionKey: false, writeConcern: MONEY_WRITE },
);

export const cardTakerModel = (connection: Connection) =>
  boundModel<CardTaker>(connection, "CardTaker", takerSchema);
