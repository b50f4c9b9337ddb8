/** What an open page needs to know to read again: which row changed, not how. */
export interface Change {
  /** The collection's name in the API, e.g. `circuits`, `households`, `alarms`. */
  readonly resource: string;
  readonly id: string;
  readonly siteId: string;
  /** With it, residents of that household hear it too. */
  readonly householdId?: string;
}

export interface RecordedChange extends Change {
  /** Grows by one with each change, over all API processes. */
  readonly sequence: number;
  readonly at: Date;
}

export interface Changes {
  /** Never fails: a lost hint costs a page its freshness for a moment, no data. Changes of one row within a flush merge. */
  publish(change: Change): void;
  /** Hears every change from now on, those of other API processes included. Returns the way to stop. */
  subscribe(listener: (change: RecordedChange) => void): () => void;
}
