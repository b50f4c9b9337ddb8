import type { Model, QueryFilter } from "mongoose";
import type { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import { isDuplicateKey } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError, type ErrorCode } from "../errors.ts";
import { type PersonCaller, type Role, siteScope } from "../http/access.ts";
import { created, emptyOf, noContent, ok, pageOf } from "../http/answer.ts";
import { type List, readPage } from "../http/list-query.ts";
import { type Route, type RouteRequest, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";

type Roles = readonly [Role, ...Role[]];
/** What an audited write needs of its request. */
export type Write = RouteRequest<unknown, unknown, unknown, PersonCaller, undefined>;

/** What differs between one kind of place and the next; the five routes are the same for all. */
export interface EditableResource<
  Row extends { _id: string; siteId: string },
  Filter,
  Answer extends object,
  New,
  Patch,
> {
  /** As in the address, e.g. `buildings`. */
  name: string;
  tag: string;
  /** In a sentence, e.g. `building`. */
  one: string;
  read: Roles;
  write: Roles;
  model: Model<Row>;
  list: z.ZodType<List<string, Filter>>;
  /** The filter as a query; the caller's scope is added. */
  condition(filter: Filter, scope: Record<string, unknown>): Promise<QueryFilter<Row>> | QueryFilter<Row>;
  answer: z.ZodType<unknown, Answer>;
  /** Many at once, so that what belongs to a page is read once. */
  present(rows: Row[]): Promise<Answer[]>;
  newFields: z.ZodType<New>;
  /** Throws when something that the body names does not exist for the caller. */
  newRow(body: New, write: Write): Promise<Row>;
  patchFields: z.ZodType<Patch>;
  patch(row: Row, body: Patch, write: Write): Promise<Partial<Row>>;
  /** What must still be true of the row when the patch is written; if it is not, the answer is `conflict`. */
  unchanged?(row: Row): QueryFilter<Row>;
  /** After a row was written, e.g. to tell others. */
  written?(row: Row): Promise<void>;
  /** Throws `still-in-use`. Without it there is no DELETE. */
  assertUnused?(row: Row): Promise<void>;
  householdIdOf?(row: Row): string | undefined;
  /** What a refused unique key means. */
  duplicate: { code: ErrorCode; path: string; message: string };
  problems?: readonly ErrorCode[];
}

export function editableRoutes<
  Row extends { _id: string; siteId: string },
  Filter,
  Answer extends object,
  New,
  Patch,
>(deps: Deps, resource: EditableResource<Row, Filter, Answer, New, Patch>): Route[] {
  const { model, name, one, tag } = resource;
  const path = `/${name}` as const;
  const pathOfOne = `/${name}/:id` as `/${string}/:id`;
  const problems = [resource.duplicate.code, ...(resource.problems ?? [])];

  const presentOne = async (row: Row): Promise<Answer> => {
    const [shown] = await resource.present([row]);
    return shown as Answer;
  };
  // A conditional type over a type parameter stays undecided, so the table below is typed by these plain schemas; what their
  // parsing yields is New and Patch by the declaration above.
  const answer: z.ZodType = resource.answer;
  const newFields: z.ZodType = resource.newFields;
  const patchFields: z.ZodType = resource.patchFields;
  const refuseDuplicate = (error: unknown): never => {
    if (!isDuplicateKey(error)) throw error;
    const { code, path: field, message } = resource.duplicate;
    throw new ApiError(code, message, { errors: [{ path: field, code: "taken", message }] });
  };
  const record = async (request: Write, what: string, row: Row, before?: object, after?: object) => {
    const subject = { resource: name, id: row._id };
    await recordAudit(deps, {
      request,
      siteId: row.siteId,
      action: `${name}.${what}`,
      subject,
      before,
      after,
    });
    const householdId = resource.householdIdOf?.(row);
    deps.changes.publish({ ...subject, siteId: row.siteId, ...(householdId ? { householdId } : {}) });
    if (what !== "delete") await resource.written?.(row);
  };

  const routes = [
    route({
      method: "get",
      path,
      tag,
      summary: `Every ${one} that you may see`,
      access: { roles: resource.read },
      query: resource.list,
      answers: { 200: pageOf(answer) },
      async handle({ caller, query }) {
        const scope = siteScope(caller);
        const condition = {
          $and: [scope, await resource.condition(query.filter, scope)],
        } as QueryFilter<Row>;
        const rows = await readPage(model, query, condition, (row) => row);
        return { ...rows, body: await resource.present([...rows.body]) };
      },
    }),
    route({
      method: "get",
      path: pathOfOne,
      tag,
      summary: `One ${one}`,
      access: { roles: resource.read },
      answers: { 200: answer },
      handle: async ({ caller, params }) => ok(await presentOne(await findVisible(model, params.id, caller))),
    }),
    route({
      method: "post",
      path,
      tag,
      summary: `Add a ${one}`,
      access: { roles: resource.write },
      body: newFields,
      answers: { 201: answer },
      problems: ["reference-unknown", ...problems],
      async handle(request) {
        const row = await resource.newRow(request.body as New, request);
        await model.create(row).catch(refuseDuplicate);
        const after = await presentOne(row);
        await record(request, "create", row, undefined, after);
        return created(after);
      },
    }),
    route({
      method: "patch",
      path: pathOfOne,
      tag,
      summary: `Change a ${one}; only the fields sent`,
      access: { roles: resource.write },
      body: patchFields,
      answers: { 200: answer },
      problems,
      async handle(request) {
        const row = await findVisible(model, request.params.id, request.caller);
        const before = await presentOne(row);
        const fields = await resource.patch(row, request.body as Patch, request);
        const changed = await model
          .findOneAndUpdate(
            { _id: row._id as never, ...resource.unchanged?.(row) },
            { $set: fields as never },
            { returnDocument: "after" },
          )
          .lean<Row | null>()
          .catch(refuseDuplicate);
        if (!changed) throw new ApiError(resource.unchanged ? "conflict" : "not-found");
        const after = await presentOne(changed);
        await record(request, "update", changed, before, after);
        return ok(after);
      },
    }),
  ];
  const { assertUnused } = resource;
  if (!assertUnused) return routes;
  return [
    ...routes,
    route({
      method: "delete",
      path: pathOfOne,
      tag,
      summary: `Remove a ${one} that nothing depends on`,
      access: { roles: resource.write },
      answers: { 204: emptyOf("Removed") },
      problems: ["still-in-use"],
      async handle(request) {
        const row = await findVisible(model, request.params.id, request.caller);
        await assertUnused(row);
        const before = await presentOne(row);
        await model.deleteOne({ _id: row._id as never });
        await record(request, "delete", row, before);
        return noContent();
      },
    }),
  ];
}
