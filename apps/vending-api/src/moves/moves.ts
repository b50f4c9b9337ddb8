import { isDuplicateKey, newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { type Job, jobModel } from "../jobs/job.model.ts";
import { resumeJob } from "../jobs/job-moves.ts";
import { startJob } from "../jobs/start-job.ts";
import { type Circuit, circuitModel } from "../network/circuit.model.ts";
import { typedReading } from "../readings/final-readings.ts";
import { type Move, moveModel } from "./move.model.ts";
import { moveJob } from "./move-job.ts";
import type { MovePlan } from "./plan-move.ts";

export interface MoveRequest {
  by: Move["by"];
  now: Date;
  idempotencyKey: string;
  requestHash: string;
}

/** What the key has had before. Throws `idempotency-key-reused`. */
export async function findMove(
  { connection }: Pick<Deps, "connection">,
  siteId: string,
  { idempotencyKey, requestHash }: MoveRequest,
): Promise<Move | null> {
  const known = await moveModel(connection).findOne({ siteId, idempotencyKey }).lean<Move | null>();
  if (known && known.requestHash !== requestHash) throw new ApiError("idempotency-key-reused");
  return known;
}

/** Stores the move and starts its job. Throws the plan's first problem, or `wrong-state` when the household is moving already. */
export async function startMove(
  deps: Deps,
  { siteId, legs, problems }: MovePlan,
  reason: string,
  request: MoveRequest,
): Promise<{ move: Move; job: Job }> {
  const [problem] = problems;
  if (problem) throw new ApiError(problem.code, problem.detail);
  const { by, now: at, idempotencyKey, requestHash } = request;
  const move: Move = {
    _id: newId(),
    siteId,
    legs,
    householdIds: legs.map(({ householdId }) => householdId),
    isLive: true,
    state: "reading",
    revision: 0,
    readings: [],
    reason,
    by,
    at,
    movedAt: null,
    idempotencyKey,
    requestHash,
    jobId: null,
  };
  try {
    await moveModel(deps.connection).create(move);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const faster = await findMove(deps, siteId, request);
    if (!faster) throw new ApiError("wrong-state", "The household is moving already");
    return startMoving(deps, faster);
  }
  return startMoving(deps, move);
}

/** The move's one job, whoever starts it. */
export async function startMoving(deps: Deps, move: Move): Promise<{ move: Move; job: Job }> {
  const { _id, siteId, by, at } = move;
  const { job } = await startJob(deps, moveJob, {
    siteId,
    params: { moveId: _id },
    by: { id: by.id, name: by.name },
    // A key of our own, in a space where no client's can stand in its way.
    origin: "schedule",
    idempotencyKey: `move:${_id}`,
    requestHash: _id,
    now: at,
  });
  await moveModel(deps.connection).updateOne({ _id }, { $set: { jobId: job._id } });
  return { move: { ...move, jobId: job._id }, job };
}

/** Moves that a crash kept from their job. */
export async function startWaitingMoves(deps: Deps): Promise<void> {
  const waiting = await moveModel(deps.connection).find({ isLive: true, jobId: null }).lean<Move[]>();
  for (const move of waiting) await startMoving(deps, move);
}

/** Throws `wrong-state` once rooms have begun to change. */
export async function cancelMove(deps: Deps, { _id, siteId }: Move): Promise<Move> {
  const cancelled = await moveModel(deps.connection)
    .findOneAndUpdate(
      { _id, state: "reading" },
      { $set: { state: "cancelled", isLive: false }, $inc: { revision: 1 } },
      { returnDocument: "after" },
    )
    .lean<Move | null>();
  if (!cancelled) throw new ApiError("wrong-state", "The move has begun or is over");
  deps.changes.publish({ resource: "moves", id: _id, siteId });
  return cancelled;
}

/** Throws `not-found`, `reading-implausible`, `wrong-state` once rooms have begun to change, `still-running`. */
export async function typeMoveReading(
  deps: Deps,
  move: Move,
  typed: { circuitId: string; registerWh: number; at: Date },
  { by, now, idempotencyKey: key, requestHash }: MoveRequest,
): Promise<{ move: Move; repeated: boolean }> {
  const { connection } = deps;
  const before = move.readings.find((reading) => reading.typed?.key === key);
  if (before) {
    if (before.typed?.requestHash !== requestHash) throw new ApiError("idempotency-key-reused");
    return { move, repeated: true };
  }
  if (move.state !== "reading") throw new ApiError("wrong-state", `The move is ${move.state}`);
  const circuit = await circuitModel(connection).findById(typed.circuitId).lean<Circuit | null>();
  const isOfMove = move.legs.some((leg) =>
    [...leg.fromCircuitIds, ...leg.toCircuitIds].includes(typed.circuitId),
  );
  if (!circuit || !isOfMove) throw new ApiError("not-found");
  const others = move.readings.filter(({ circuitId }) => circuitId !== circuit._id);
  const round = move.readings.find(({ circuitId }) => circuitId === circuit._id)?.round ?? 0;
  const who = { by: { id: by.id, name: by.name }, key, requestHash };
  const reading = await typedReading(deps, circuit, { ...typed, round }, who, now);
  const after = await moveModel(connection)
    .findOneAndUpdate(
      { _id: move._id, revision: move.revision, state: "reading" },
      { $set: { readings: [...others, reading], revision: move.revision + 1 } },
      { returnDocument: "after" },
    )
    .lean<Move | null>();
  if (!after) throw new ApiError("still-running", "The meters are being read; try again");
  const job = move.jobId === null ? null : await jobModel(connection).findById(move.jobId).lean<Job | null>();
  if (job?.state === "failed") await resumeJob(deps, job._id);
  return { move: after, repeated: false };
}
