import mongoose, { type Connection } from "mongoose";

/** Money is acknowledged only when a majority has it on disk: `{ writeConcern: MONEY_WRITE }`. */
export const MONEY_WRITE = { w: "majority", j: true } as const;

/**
 * For what is derived and made good when it is lost: nobody waits for its way to a disk, nor does a purchase behind it. The
 * embedded store writes it with its next commit.
 */
export const DERIVED_WRITE = { w: 1, j: false } as const;

/**
 * Range 500 ms–30 s. With the store gone, a request should say so while the person still looks: 2 s. Fail-over of a replica
 * set takes longer; clients retry a 503 with the same idempotency key.
 */
const SERVER_SELECTION_TIMEOUT_MS = 2000;
/** A query that takes longer is a missing index; range 1–60 s. */
const SOCKET_TIMEOUT_MS = 15_000;

/** Connects, or rejects with the driver's error. Models are bound to the connection; indexes are built by `ensureIndexes`. */
export async function connect(uri: string): Promise<Connection> {
  const connection = mongoose.createConnection(uri, {
    serverSelectionTimeoutMS: SERVER_SELECTION_TIMEOUT_MS,
    socketTimeoutMS: SOCKET_TIMEOUT_MS,
    maxPoolSize: 20,
    // The embedded store is a standalone and has no retryable writes; every write of ours is safe to repeat by its own key.
    retryWrites: false,
    autoIndex: false,
    autoCreate: false,
    bufferCommands: false,
    writeConcern: MONEY_WRITE,
  });
  return connection.asPromise();
}

/** Builds the indexes of every model bound so far; `ensureAllIndexes` in models.ts binds all of them first. */
export async function ensureIndexes(connection: Connection): Promise<void> {
  for (const name of connection.modelNames()) await connection.model(name).createIndexes();
}
