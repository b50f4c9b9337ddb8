import type { QueryFilter } from "mongoose";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { type PersonCaller, roleSchema, siteScope } from "../http/access.ts";
import { created, emptyOf, noContent, ok, pageOf } from "../http/answer.ts";
import { equalityConditions, escapeRegex, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { addUser, assertStrong } from "./add-user.ts";
import { manageableUser } from "./manageable-user.ts";
import { hashPassword } from "./password.ts";
import { presentUser, userAnswer } from "./present-user.ts";
import { endSessionsOf } from "./sessions.ts";
import { USER_STATUSES, type User, userModel } from "./user.model.ts";
import { newUserFields, userPatchFields } from "./user-fields.ts";
import { assertGrantable, homeSiteOf, sameSet } from "./user-rules.ts";

const ACCESS = { roles: ["administrator"] } as const;
const TAG = "Users";

const userList = listQuery({
  sort: ["name", "login"],
  filter: {
    siteIds: z.string().optional(),
    roles: oneOrMany(roleSchema).optional(),
    status: z.enum(USER_STATUSES).optional(),
    householdId: z.string().optional(),
    q: z.string().max(100).optional(),
  },
});

export function userRoutes(deps: Deps): Route[] {
  const { connection } = deps;

  const manageable = (caller: PersonCaller, id: string) => manageableUser(connection, caller, id);

  return [
    route({
      method: "get",
      path: "/users",
      tag: TAG,
      summary: "Users of your sites",
      access: ACCESS,
      query: userList,
      answers: { 200: pageOf(userAnswer) },
      async handle({ caller, query }) {
        const { q, ...equal } = query.filter;
        const typed = q && { $regex: escapeRegex(q), $options: "i" };
        const { siteId: scope } = siteScope(caller);
        const condition: QueryFilter<User> = {
          $and: [
            scope ? { siteIds: scope } : {},
            equalityConditions(equal),
            typed ? { $or: [{ login: typed }, { name: typed }] } : {},
          ],
        };
        return readPage(userModel(connection), query, condition, presentUser);
      },
    }),
    route({
      method: "get",
      path: "/users/:id",
      tag: TAG,
      summary: "One user",
      access: ACCESS,
      answers: { 200: userAnswer },
      handle: async ({ caller, params }) => ok(presentUser(await manageable(caller, params.id))),
    }),
    route({
      method: "post",
      path: "/users",
      tag: TAG,
      summary: "Add a user",
      access: ACCESS,
      body: newUserFields,
      answers: { 201: userAnswer },
      problems: ["role-not-grantable", "login-taken", "password-too-weak"],
      async handle(request) {
        assertGrantable(request.caller, request.body);
        const user = await addUser(connection, request.body, request.now);
        const after = presentUser(user);
        const subject = { resource: "users", id: user._id };
        await recordAudit(deps, {
          request,
          siteId: homeSiteOf(user),
          action: "users.create",
          subject,
          after,
        });
        return created(after);
      },
    }),
    route({
      method: "patch",
      path: "/users/:id",
      tag: TAG,
      summary: "Change a user; a new password, role, site or status ends the user's sessions",
      access: ACCESS,
      body: userPatchFields,
      answers: { 200: userAnswer },
      problems: ["role-not-grantable", "password-too-weak", "conflict"],
      async handle(request) {
        const { caller, params, body } = request;
        const before = await manageable(caller, params.id);
        const { password, ...fields } = body;
        const wanted: User = { ...before, ...fields };
        assertGrantable(caller, wanted);
        if (caller.id === before._id && changesReach(before, wanted)) {
          throw new ApiError("role-not-grantable", "Ask another administrator to change your own access");
        }
        if (password !== undefined) assertStrong(password, before.login);
        const secret = password === undefined ? {} : { passwordHash: await hashPassword(password) };
        const endsSessions = password !== undefined || changesReach(before, wanted);
        const user = await userModel(connection)
          .findOneAndUpdate(
            { _id: before._id, sessionEpoch: before.sessionEpoch },
            { $set: { ...fields, ...secret }, $inc: { sessionEpoch: endsSessions ? 1 : 0 } },
            { returnDocument: "after" },
          )
          .lean<User | null>();
        if (!user) throw new ApiError("conflict");
        if (endsSessions) await endSessionsOf(user._id, { connection, now: request.now });
        const [was, is] = [presentUser(before), presentUser(user)];
        await recordAudit(deps, {
          request,
          siteId: homeSiteOf(user),
          action: password === undefined ? "users.update" : "users.reset-password",
          subject: { resource: "users", id: user._id },
          before: was,
          after: is,
        });
        return ok(is);
      },
    }),
    route({
      method: "delete",
      path: "/users/:id",
      tag: TAG,
      summary: "Remove a user; documents keep the name",
      access: ACCESS,
      answers: { 204: emptyOf("Removed") },
      problems: ["role-not-grantable"],
      async handle(request) {
        const { caller, params, now } = request;
        const user = await manageable(caller, params.id);
        if (user._id === caller.id)
          throw new ApiError("role-not-grantable", "Ask another administrator to remove you");
        await userModel(connection).deleteOne({ _id: user._id });
        await endSessionsOf(user._id, { connection, now });
        await recordAudit(deps, {
          request,
          siteId: homeSiteOf(user),
          action: "users.delete",
          subject: { resource: "users", id: user._id },
          before: presentUser(user),
        });
        return noContent();
      },
    }),
  ];
}

function changesReach(before: User, after: User): boolean {
  return (
    !sameSet(before.roles, after.roles) ||
    !sameSet(before.siteIds, after.siteIds) ||
    before.householdId !== after.householdId ||
    before.status !== after.status
  );
}
