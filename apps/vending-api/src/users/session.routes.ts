import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { emptyOf, noContent, ok } from "../http/answer.ts";
import { type Route, route } from "../http/route.ts";
import { manageableUser } from "./manageable-user.ts";
import { type Session, sessionModel } from "./session.model.ts";
import { endSession } from "./sessions.ts";
import { userModel } from "./user.model.ts";
import { homeSiteOf } from "./user-rules.ts";

const ACCESS = { roles: ["administrator"] } as const;
const TAG = "Users";
/** More devices than one person has; the latest are what is looked for. */
const MOST_SHOWN = 100;

const sessionAnswer = z
  .object({
    id: idSchema,
    startedAt: instantSchema,
    seenAt: instantSchema.meta({ description: "When it last asked for a new access token." }),
    endsAt: instantSchema.meta({ description: "Unused until then, it ends." }),
    address: z.string().nullable().meta({ description: "Where it was started from; null when unknown." }),
    program: z.string().nullable().meta({ description: "The User-Agent it was started with." }),
  })
  .meta({ id: "Session" });

export function sessionRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const sessions = sessionModel(connection);
  return [
    route({
      method: "get",
      path: "/users/:id/sessions",
      tag: TAG,
      summary: "Where a user is signed in, the latest first",
      access: ACCESS,
      answers: { 200: z.array(sessionAnswer) },
      async handle({ caller, params, now }) {
        const { _id: userId } = await manageableUser(connection, caller, params.id);
        const rows = await sessions
          .find({ userId, endedAt: null, idleEndsAt: { $gt: now }, endsAt: { $gt: now } })
          .sort({ rotatedAt: -1 })
          .limit(MOST_SHOWN)
          .lean<Session[]>();
        return ok(rows.map(present));
      },
    }),
    route({
      method: "delete",
      path: "/users/:id/sessions/:sessionId",
      tag: TAG,
      summary: "Sign a user out of one device; other devices go on",
      access: ACCESS,
      answers: { 204: emptyOf("The session has ended") },
      async handle(request) {
        const { caller, params, now } = request;
        const user = await manageableUser(connection, caller, params.id);
        const session = await sessions
          .findOne({ _id: params.sessionId, userId: user._id })
          .lean<Session | null>();
        if (!session) throw new ApiError("not-found");
        if (session.endedAt !== null) return noContent();
        await endSession(session._id, "revoked", { connection, now });
        // Access tokens name no device that is asked for at each request: all end, and the other devices fetch new ones unseen.
        await userModel(connection).updateOne({ _id: user._id }, { $inc: { sessionEpoch: 1 } });
        await recordAudit(deps, {
          request,
          siteId: homeSiteOf(user),
          action: "users.end-session",
          subject: { resource: "users", id: user._id },
          before: present(session),
        });
        return noContent();
      },
    }),
  ];
}

function present({ _id: id, createdAt, rotatedAt, idleEndsAt, endsAt, from }: Session) {
  return {
    id,
    startedAt: createdAt.toISOString(),
    seenAt: rotatedAt.toISOString(),
    endsAt: (idleEndsAt < endsAt ? idleEndsAt : endsAt).toISOString(),
    address: from?.address ?? null,
    program: from?.program ?? null,
  };
}
