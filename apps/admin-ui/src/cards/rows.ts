export const CARD_STATES = ["active", "blocked", "replaced", "settled"] as const;
export type CardState = (typeof CARD_STATES)[number];

/** A chip that carries a household's credit to one circuit's meter. */
export interface Card {
  id: string;
  siteId: string;
  householdId: string;
  circuitId: string;
  uid: string;
  state: CardState;
  issuedAt: string;
  /** When the card first showed what it shows now. */
  readAt: string | null;
  /** What the card itself last showed. */
  readCount: number;
  /** How far the meter has taken, from whatever card. */
  takenCount: number;
  /** Sold onto it, and not taken as far as anybody knows. */
  carriedMinor: number;
  /** What the card is to show. */
  count: number;
  stateReason: string;
  replaces: string | null;
}

export interface CardLoad {
  purchaseId: string;
  count: number;
  amountMinor: number;
  state: "carried" | "taken" | "returned";
  at: string;
  cashier: string;
  cardId: string;
}

/** A card as it lies on the desk's reader: hexadecimal. */
export interface Presented {
  uid: string;
  memory: string;
}

export interface CardWrite {
  offset: number;
  bytes: string;
}

/** What the API answers to everything that is done with a card. */
export interface Handled {
  card: Card;
  /** To be written on the card now; null when it shows all that it should. */
  write: CardWrite | null;
}
