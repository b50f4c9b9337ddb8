import type { Sample } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { groupBy } from "../db/group-by.ts";
import { ApiError } from "../errors.ts";
import { type Accrual, accrualFault } from "./accrual.ts";
import { type AccrualWrite, type MeteringBooks, storedMetering } from "./metering-books.ts";
import type { MeteringContext } from "./metering-context.ts";
import { type MeteringNotice, nextStep, type Step } from "./next-step.ts";

export interface CircuitWork {
  context: MeteringContext;
  /** In any order. */
  samples: readonly Sample[];
}

export interface ChargeOptions {
  closeBeforeMs?: number;
  /**
   * Whether the circuits still have the households of these contexts. Asked behind every accrual that was opened and before
   * anything is charged on it: whoever takes a circuit from a household first takes it and then looks for accruals, so that one
   * of the two sees the other.
   */
  areTrue?(contexts: readonly MeteringContext[]): Promise<boolean>;
}

export interface ChargeResult {
  notices: MeteringNotice[];
  /** Households that got a usage entry: their credit positions have a new base. */
  postedHouseholdIds: Set<string>;
}

interface Track {
  context: MeteringContext;
  pending: readonly Sample[];
  head: Accrual | null;
  /** Posted accruals whose follower exists: only their mark is missing. */
  handedOver: Accrual[];
}

/** Each round moves every circuit by one step; a sample after a month of silence takes four rounds a day. */
const MOST_ROUNDS = 1000;

/**
 * Charges samples of many circuits with few round trips: every round writes one step of each circuit together. Whatever was
 * written before, by an earlier delivery, another process or before a crash, is found and continued.
 */
export function chargeSamples(
  connection: Connection,
  work: readonly CircuitWork[],
  now: Date,
  options: ChargeOptions = {},
): Promise<ChargeResult> {
  return chargeInto(storedMetering(connection), work, now, options);
}

export async function chargeInto(
  books: MeteringBooks,
  work: readonly CircuitWork[],
  now: Date,
  options: ChargeOptions = {},
): Promise<ChargeResult> {
  const result: ChargeResult = { notices: [], postedHouseholdIds: new Set() };
  let tracks: Track[] = work.map(({ context, samples }) => ({
    context,
    pending: [...samples].sort((a, b) => Date.parse(a.at) - Date.parse(b.at)),
    head: null,
    handedOver: [],
  }));
  await findHeads(books, tracks);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const moves = tracks.flatMap((track) => moveOf(track, now.getTime(), options.closeBeforeMs));
    if (moves.length === 0) return result;
    const settled = await runMoves(books, moves, now, result);
    if (!settled) await findHeads(books, tracks);
    await assertTrue(moves, options);
    tracks = moves.map((move) => move.track);
  }
  throw new ApiError("store-unavailable", "Accruals kept changing under our hands; send the batch again");
}

async function assertTrue(moves: readonly Move[], { areTrue }: ChargeOptions): Promise<void> {
  const opened = moves.flatMap(({ track: { context }, step }) =>
    step?.kind === "insert" && context.household !== null ? [context] : [],
  );
  if (areTrue && opened.length > 0 && !(await areTrue(opened)))
    throw new ApiError("store-unavailable", "A circuit has just changed hands; send the batch again");
}

interface Move {
  track: Track;
  step: Step | undefined;
}

function moveOf(track: Track, nowMs: number, closeBeforeMs: number | undefined): Move[] {
  const { head, pending, context } = track;
  const step = nextStep({ head, pending, context, nowMs, closeBeforeMs });
  return step || track.handedOver.length > 0 ? [{ track, step }] : [];
}

async function findHeads(books: MeteringBooks, tracks: readonly Track[]): Promise<void> {
  const living = await books.living(tracks.map(({ context }) => context.circuitId));
  const byCircuit = groupBy(living, (accrual) => accrual.circuitId);
  for (const track of tracks) {
    const own = byCircuit.get(track.context.circuitId) ?? [];
    track.head = own.at(-1) ?? null;
    track.handedOver = own.slice(0, -1);
  }
}

/** Runs one step of each circuit. False when another writer was faster somewhere: then heads must be read again. */
async function runMoves(
  books: MeteringBooks,
  moves: readonly Move[],
  now: Date,
  result: ChargeResult,
): Promise<boolean> {
  // A notice given twice raises one alarm, so it is better given too early than lost to a collision below.
  for (const { step } of moves) result.notices.push(...(step?.notices ?? []));
  // Marks go first: they can be said twice, but after the accrual has moved on nobody would say them again.
  await books.storeMarks(
    moves.flatMap(({ track: { context }, step }) =>
      step && step.marks.length > 0
        ? [{ circuitId: context.circuitId, siteId: context.siteId, marks: step.marks }]
        : [],
    ),
  );
  await postClosed(books, moves, now, result);
  const writes = moves.flatMap(writesOf);
  if (writes.length > 0 && !(await books.write(writes))) return false;
  for (const move of moves) advance(move);
  return true;
}

async function postClosed(
  books: MeteringBooks,
  moves: readonly Move[],
  now: Date,
  result: ChargeResult,
): Promise<void> {
  const closed = moves.flatMap(({ step }) => (step?.kind === "post" ? [step.before] : []));
  await Promise.all(closed.map((accrual) => books.post(accrual, now)));
  for (const { householdId } of closed) if (householdId !== null) result.postedHouseholdIds.add(householdId);
}

function afterOf(step: Step): Accrual | null {
  if (step.kind === "post") return { ...step.before, state: "posted", revision: step.before.revision + 1 };
  if (step.kind === "change") return { ...step.after, revision: step.before.revision + 1 };
  return step.kind === "drop" ? null : step.after;
}

function writesOf({ track, step }: Move): AccrualWrite[] {
  const done = track.handedOver.map(({ _id: id }): AccrualWrite => ({ kind: "hand-over", id }));
  const accrual = step && afterOf(step);
  if (!step || !accrual || step.kind === "drop") return done;
  const fault = accrualFault(accrual);
  if (fault) throw new ApiError("ledger-broken", `accrual ${accrual._id}: ${fault}`);
  if (step.kind === "insert") return [...done, { kind: "insert", accrual }];
  return [...done, { kind: "change", accrual, fromRevision: step.before.revision }];
}

function advance({ track, step }: Move): void {
  track.handedOver = [];
  if (!step) return;
  track.pending = step.rest;
  if (step.kind === "insert" && track.head) track.handedOver = [track.head];
  track.head = afterOf(step) ?? track.head;
}
