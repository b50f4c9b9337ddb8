import type { Model, QueryFilter } from "mongoose";
import type { z } from "zod";
import type { Deps } from "../deps.ts";
import type { ErrorCode } from "../errors.ts";
import { type PersonCaller, type Role, siteScope } from "../http/access.ts";
import { created, emptyOf, noContent, ok, pageOf } from "../http/answer.ts";
import { type List, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { changeRow, createRow, deleteRow, presentOne } from "./write-resource.ts";

type Roles = readonly [Role, ...Role[]];
/** What an audited write needs of its request. */
export interface Write {
  readonly caller: PersonCaller;
  readonly id: string;
  readonly now: Date;
}

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
  /** Before a patch is written; what it does must be right even if the patch then is not. */
  writing?(row: Row, fields: Partial<Row>, write: Write): Promise<void>;
  /** After a row was written, e.g. to tell others. */
  written?(row: Row): Promise<void>;
  /** Throws `still-in-use`. Without it there is no DELETE. */
  assertUnused?(row: Row): Promise<void>;
  householdIdOf?(row: Row): string | undefined;
  /** What a refused unique key means. */
  duplicate: { code: ErrorCode; path: string; message: string };
  problems?: readonly ErrorCode[];
}

/** Infers the types of a resource that more than its routes use. */
export function editableResource<
  Row extends { _id: string; siteId: string },
  Filter,
  Answer extends object,
  New,
  Patch,
>(
  resource: EditableResource<Row, Filter, Answer, New, Patch>,
): EditableResource<Row, Filter, Answer, New, Patch> {
  return resource;
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

  // A conditional type over a type parameter stays undecided, so the table below is typed by these plain schemas; what their
  // parsing yields is New and Patch by the declaration above.
  const answer: z.ZodType = resource.answer;
  const newFields: z.ZodType = resource.newFields;
  const patchFields: z.ZodType = resource.patchFields;

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
      handle: async ({ caller, params }) =>
        ok(await presentOne(resource, await findVisible(model, params.id, caller))),
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
        return created(await createRow(deps, resource, request.body as New, request));
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
        return ok(await changeRow(deps, resource, row, request.body as Patch, request));
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
        await deleteRow(deps, resource, row, request);
        return noContent();
      },
    }),
  ];
}
