import type { Connection } from "mongoose";
import { GENESIS_HASH } from "../chain/genesis.ts";
import { type Batch, createKeyedQueue } from "../chain/keyed-queue.ts";
import { isDuplicateKey } from "../db/model.ts";
import { ApiError } from "../errors.ts";
import { type AuditEntry, auditModel, type ChainedAuditEntry, hashAuditEntry } from "./audit.model.ts";

/** The end of a site's chain. */
export interface AuditHead {
  seq: number;
  hash: string;
}

export const EMPTY_AUDIT: AuditHead = { seq: 0, hash: GENESIS_HASH };

export interface AuditLog {
  /** Puts an entry behind its site's chain; one whose id stands there already is left as it is. */
  append(entry: AuditEntry): Promise<void>;
}

/** Entries of one site that share an insert; range 1–1000. */
const LARGEST_BATCH = 100;
/** Another process can win every time only in theory; range 10–1000. */
const MOST_ATTEMPTS = 100;

const logs = new WeakMap<Connection, AuditLog>();

/** The one log of this process on this connection, for the sake of its queues. */
export function auditLogOf(connection: Connection): AuditLog {
  const known = logs.get(connection);
  if (known) return known;
  const heads = new Map<string, AuditHead>();
  const queue = createKeyedQueue<AuditEntry, void>(
    (siteId, batch) => appendBatch(connection, heads, siteId, batch),
    LARGEST_BATCH,
  );
  const log: AuditLog = { append: (entry) => queue.add(entry.siteId, entry) };
  logs.set(connection, log);
  return log;
}

/** As the ledger does: unique on (site, seq), so of two processes one appends and the other reads again. */
async function appendBatch(
  connection: Connection,
  heads: Map<string, AuditHead>,
  siteId: string,
  batch: Batch<AuditEntry, void>,
): Promise<void> {
  const audit = auditModel(connection);
  let head = heads.get(siteId);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    head ??= await readAuditHead(connection, siteId);
    const known = attempt === 0 ? new Set<string>() : await idsAmong(connection, batch);
    const rows = chainEntries(
      batch.map(({ item }) => item).filter(({ _id }) => !known.has(_id)),
      head,
    );
    try {
      await audit.insertMany(rows, { ordered: true, lean: true });
      const last = rows.at(-1);
      heads.set(siteId, last ? { seq: last.seq, hash: last.hash } : head);
      for (const { settle } of batch) settle();
      return;
    } catch (error) {
      heads.delete(siteId);
      if (!isDuplicateKey(error)) throw error;
      head = undefined;
    }
  }
  throw new ApiError("store-unavailable", "Other writers were always faster; try again");
}

async function idsAmong(connection: Connection, batch: Batch<AuditEntry, void>): Promise<Set<string>> {
  const rows = await auditModel(connection)
    .find({ _id: { $in: batch.map(({ item }) => item._id) } }, { _id: 1 })
    .lean<Pick<AuditEntry, "_id">[]>();
  return new Set(rows.map(({ _id }) => _id));
}

/** Pure: the same entries behind the same head get the same hashes. */
export function chainEntries(entries: readonly AuditEntry[], start: AuditHead): ChainedAuditEntry[] {
  let head = start;
  return entries.map((entry) => {
    const placed = { ...entry, seq: head.seq + 1, previousHash: head.hash };
    const row = { ...placed, hash: hashAuditEntry(placed) };
    head = { seq: row.seq, hash: row.hash };
    return row;
  });
}

/** The last entry of a site's chain. */
export async function readAuditHead(connection: Connection, siteId: string): Promise<AuditHead> {
  const last = await auditModel(connection)
    .findOne({ siteId, seq: { $gt: 0 } })
    .sort({ seq: -1 })
    .lean<ChainedAuditEntry | null>();
  return last ? { seq: last.seq, hash: last.hash } : EMPTY_AUDIT;
}
