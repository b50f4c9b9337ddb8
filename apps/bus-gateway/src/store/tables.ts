/** The rooms of the local store. One row a table: what it keeps, and how its keys sort. */
export const TABLES = {
  /** Singletons: configuration, sequences, the batch in flight. Key: name. */
  meta: {},
  /** What the gateway knows of a circuit. Key: circuit id. */
  circuits: {},
  /** What was last read of a circuit's meter beside its samples: serial number, clock, counters. Key: circuit id. */
  meters: {},
  /** Credit positions. Key: household id. */
  credit: {},
  /** Registers since the credit position. Key: [circuit id, ms]. */
  "use-points": {},
  /** Command journal. Key: command id. */
  commands: {},
  /** Purchases for meters that hold their credit. Key: sale id. */
  sales: {},
  /** Event log for the technician. Key: number, growing. */
  events: {},
  /** Alarms that are raised. Key: alarm key. */
  alarms: {},
  /** What the server has not yet taken. Key: [priority, number], sent in this order. */
  outbox: {},
} as const satisfies Record<string, object>;
export type TableName = keyof typeof TABLES;
export const TABLE_NAMES = Object.keys(TABLES) as TableName[];

export type Key = string | number | (string | number)[];

/** Without `value` the entry goes. `isExpendable`: given up first when the disk is full. */
export interface Change {
  table: TableName;
  key: Key;
  value?: unknown;
  isExpendable?: boolean;
}

export interface Entry {
  key: Key;
  value: unknown;
}

export interface Range {
  /** Inclusive. */
  from?: Key;
  /** Exclusive. */
  to?: Key;
  limit?: number;
}

/** Ordered tables of plain JSON values. Reads see what was last written; a write is one transaction. */
export interface Tables {
  get(table: TableName, key: Key): unknown;
  entries(table: TableName, range?: Range): Iterable<Entry>;
  /** The greatest key that is not above `upTo`. */
  lastKey(table: TableName, upTo?: Key): Key | undefined;
  /** Resolves once all of it is on disk, or rejects and nothing of it is. */
  write(changes: readonly Change[]): Promise<void>;
  /** What the table takes on disk, and how many entries it has. */
  size(table: TableName): { bytes: number; count: number };
  /** Bytes left on the disk; Infinity when unknown. */
  freeBytes(): number;
  close(): Promise<void>;
}
