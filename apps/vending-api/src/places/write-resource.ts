import { recordAudit } from "../audit/audit.ts";
import { isDuplicateKey } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import type { EditableResource, Write } from "./editable-resource.ts";

type Place = { _id: string; siteId: string };
type Resource<Row extends Place, Answer extends object, New, Patch> = Pick<
  EditableResource<Row, never, Answer, New, Patch>,
  | "name"
  | "model"
  | "present"
  | "newRow"
  | "patch"
  | "unchanged"
  | "writing"
  | "written"
  | "householdIdOf"
  | "duplicate"
>;

export async function presentOne<Row extends Place, Answer extends object>(
  resource: Pick<Resource<Row, Answer, never, never>, "present">,
  row: Row,
): Promise<Answer> {
  const [shown] = await resource.present([row]);
  return shown as Answer;
}

/** Adds a row, audited. With `id` it gets that one. Rejects as the resource's own checks do. */
export async function createRow<Row extends Place, Answer extends object, New>(
  deps: Deps,
  resource: Resource<Row, Answer, New, never>,
  body: New,
  write: Write,
  id?: string,
): Promise<Answer> {
  const made = await resource.newRow(body, write);
  const row = id === undefined ? made : { ...made, _id: id };
  await resource.model.create(row).catch((error: unknown) => refuseDuplicate(resource, error));
  const after = await presentOne(resource, row);
  await record(deps, resource, write, { what: "create", row, after });
  return after;
}

/** Changes the fields in `body`, audited. Rejects with `conflict` or `not-found` when the row is no longer as it was. */
export async function changeRow<Row extends Place, Answer extends object, Patch>(
  deps: Deps,
  resource: Resource<Row, Answer, never, Patch>,
  row: Row,
  body: Patch,
  write: Write,
): Promise<Answer> {
  const before = await presentOne(resource, row);
  const fields = await resource.patch(row, body, write);
  await resource.writing?.(row, fields, write);
  const changed = await resource.model
    .findOneAndUpdate(
      { _id: row._id as never, ...resource.unchanged?.(row) },
      { $set: fields as never },
      { returnDocument: "after" },
    )
    .lean<Row | null>()
    .catch((error: unknown) => refuseDuplicate(resource, error));
  if (!changed) throw new ApiError(resource.unchanged ? "conflict" : "not-found");
  const after = await presentOne(resource, changed);
  await record(deps, resource, write, { what: "update", row: changed, before, after });
  return after;
}

/** Removes a row, audited. */
export async function deleteRow<Row extends Place, Answer extends object>(
  deps: Deps,
  resource: Resource<Row, Answer, never, never>,
  row: Row,
  write: Write,
): Promise<void> {
  const before = await presentOne(resource, row);
  await resource.model.deleteOne({ _id: row._id as never });
  await record(deps, resource, write, { what: "delete", row, before });
}

function refuseDuplicate(
  { duplicate }: Pick<Resource<Place, object, never, never>, "duplicate">,
  error: unknown,
): never {
  if (!isDuplicateKey(error)) throw error;
  const { code, path, message } = duplicate;
  throw new ApiError(code, message, { errors: [{ path, code: "taken", message }] });
}

async function record<Row extends Place>(
  deps: Deps,
  resource: Pick<Resource<Row, object, never, never>, "name" | "written" | "householdIdOf">,
  request: Write,
  {
    what,
    row,
    before,
    after,
  }: { what: "create" | "update" | "delete"; row: Row; before?: object; after?: object },
): Promise<void> {
  const { siteId } = row;
  const subject = { resource: resource.name, id: row._id };
  await recordAudit(deps, { request, siteId, action: `${resource.name}.${what}`, subject, before, after });
  const householdId = resource.householdIdOf?.(row);
  deps.changes.publish({ ...subject, siteId, ...(householdId ? { householdId } : {}) });
  if (what !== "delete") await resource.written?.(row);
}
