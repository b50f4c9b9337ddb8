import type { Connection } from "mongoose";
import { newId } from "../db/model.ts";
import { ApiError } from "../errors.ts";
import { formatRefreshToken, readRefreshToken } from "./refresh-token.ts";
import { type Session, sessionModel } from "./session.model.ts";

const DAY_MS = 86_400_000;
/** Unused for so long, a session ends. Range 1–30 days: a manager comes back after a holiday. */
const IDLE_MS = 14 * DAY_MS;
/** Ends whatever happens. Range 7–180 days. */
const LIFETIME_MS = 90 * DAY_MS;
/**
 * Two tabs wake together and both send the same cookie: the later one is no thief. Range 2–30 s: above a slow answer, far
 * below the life of an access token. See docs/decisions/refresh-grace.md.
 */
export const ROTATION_GRACE_MS = 10_000;

export interface SessionDeps {
  connection: Connection;
  jwtSecret: string;
  now: Date;
}

export interface LiveSession {
  sessionId: string;
  userId: string;
  refreshToken: string;
  /** Until when the browser may keep the cookie. */
  idleEndsAt: Date;
}

function live(session: Session, jwtSecret: string): LiveSession {
  const { _id: sessionId, userId, generation, idleEndsAt } = session;
  return {
    sessionId,
    userId,
    idleEndsAt,
    refreshToken: formatRefreshToken({ sessionId, generation }, jwtSecret),
  };
}

/** Longer names of programs say nothing more to a person. */
const MOST_OF_PROGRAM = 200;

export async function startSession(
  userId: string,
  from: { address: string; program: string | undefined },
  { connection, jwtSecret, now }: SessionDeps,
): Promise<LiveSession> {
  const session: Session = {
    _id: newId(),
    userId,
    generation: 1,
    rotatedAt: now,
    createdAt: now,
    idleEndsAt: new Date(now.getTime() + IDLE_MS),
    endsAt: new Date(now.getTime() + LIFETIME_MS),
    endedAt: null,
    endReason: null,
    from: { address: from.address, program: from.program?.slice(0, MOST_OF_PROGRAM) ?? null },
  };
  await sessionModel(connection).create(session);
  return live(session, jwtSecret);
}

/** The next token of the family. Throws `unauthenticated` for a dead one, `refresh-reused` when an old one comes back. */
export async function rotateSession(token: string, deps: SessionDeps): Promise<LiveSession> {
  const { connection, jwtSecret, now } = deps;
  const presented = readRefreshToken(token, jwtSecret);
  if (presented === undefined) throw new ApiError("unauthenticated");
  const sessions = sessionModel(connection);
  const rotated = await sessions
    .findOneAndUpdate(
      {
        _id: presented.sessionId,
        generation: presented.generation,
        endedAt: null,
        idleEndsAt: { $gt: now },
        endsAt: { $gt: now },
      },
      { $inc: { generation: 1 }, $set: { rotatedAt: now, idleEndsAt: new Date(now.getTime() + IDLE_MS) } },
      { returnDocument: "after" },
    )
    .lean<Session | null>();
  if (rotated) return live(rotated, jwtSecret);

  const session = await sessions.findById(presented.sessionId).lean<Session | null>();
  if (session?.endReason === "refresh-reused") throw new ApiError("refresh-reused");
  if (!session || session.endedAt || session.idleEndsAt <= now || session.endsAt <= now) {
    throw new ApiError("unauthenticated", "The session has ended");
  }
  const isJustReplaced =
    presented.generation === session.generation - 1 &&
    now.getTime() - session.rotatedAt.getTime() <= ROTATION_GRACE_MS;
  if (isJustReplaced) return live(session, jwtSecret);
  await endSession(session._id, "refresh-reused", deps);
  throw new ApiError("refresh-reused");
}

export async function endSession(
  sessionId: string,
  endReason: NonNullable<Session["endReason"]>,
  { connection, now }: Pick<SessionDeps, "connection" | "now">,
): Promise<void> {
  await sessionModel(connection).updateOne(
    { _id: sessionId, endedAt: null },
    { $set: { endedAt: now, endReason } },
  );
}

export async function endSessionsOf(
  userId: string,
  { connection, now }: Pick<SessionDeps, "connection" | "now">,
): Promise<void> {
  await sessionModel(connection).updateMany(
    { userId, endedAt: null },
    { $set: { endedAt: now, endReason: "user-changed" } },
  );
}
