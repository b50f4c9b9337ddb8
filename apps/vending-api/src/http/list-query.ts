import type { Model, QueryFilter } from "mongoose";
import { z } from "zod";
import { type PageAnswer, page } from "./answer.ts";
import { brokenTextPaths, isTooDeep } from "./input-shape.ts";

/** Rows per answer; the console asks for 25 to 100, exports page through. */
const MAX_ROWS = 1000;
const DEFAULT_ROWS = 25;
const SORT_ORDERS = ["ASC", "DESC"] as const;

export interface List<Field extends string, Filter> {
  sort: { field: Field; order: (typeof SORT_ORDERS)[number] };
  /** Indexes of the first and the last row asked for, both included. */
  range: { from: number; to: number };
  filter: Filter;
}

/** A query parameter that holds JSON. */
function jsonParameter<Schema extends z.ZodType>(schema: Schema, description: string, example: unknown) {
  const text = z
    .string()
    .max(10_000)
    .meta({ description: `JSON. ${description}`, example: JSON.stringify(example) });
  return text
    .transform((value, context) => {
      try {
        const parsed: unknown = JSON.parse(value);
        if (!isTooDeep(parsed) && brokenTextPaths(parsed).length === 0) return parsed;
        context.addIssue({ code: "custom", message: "Has characters that no text has, or nests too deep" });
      } catch {
        context.addIssue({ code: "custom", message: "Is not valid JSON" });
      }
      return z.NEVER;
    })
    .pipe(schema);
}

const rangeSchema = z
  .tuple([z.int().nonnegative(), z.int().nonnegative()])
  .refine(([from, to]) => to >= from, "Ends before it begins")
  .refine(([from, to]) => to - from < MAX_ROWS, `Spans more than ${MAX_ROWS} rows`);

/**
 * The list dialect of ra-data-simple-rest: `?sort=["name","ASC"]&range=[0,24]&filter={…}`. Only the fields named here can be
 * sorted by and filtered on; every list can be filtered by `id`, one or many.
 */
export function listQuery<Field extends string, Shape extends z.ZodRawShape>(options: {
  sort: readonly [Field, ...Field[]];
  /** Default: the first of `sort`, ascending. */
  defaultSort?: readonly [Field | "id", (typeof SORT_ORDERS)[number]];
  filter: Shape;
}) {
  type SortField = Field | "id";
  const fields = [...options.sort, "id"] as [SortField, ...SortField[]];
  const [defaultField, defaultOrder] = options.defaultSort ?? [options.sort[0], "ASC" as const];
  const sort = z.tuple([z.enum(fields), z.enum(SORT_ORDERS)]);
  const filter = z.strictObject({ ...options.filter, id: oneOrMany(z.string().max(64)).optional() });
  return z
    .strictObject({
      sort: jsonParameter(sort, `Sort by ${fields.join(", ")}.`, [defaultField, defaultOrder]).optional(),
      range: jsonParameter(rangeSchema, "First and last row, both included; at most 1000.", [
        0,
        DEFAULT_ROWS - 1,
      ]).optional(),
      filter: jsonParameter(filter, `Filter by ${Object.keys(filter.shape).join(", ")}.`, {}).optional(),
    })
    .transform(
      ({ sort: by, range, filter: wanted }): List<SortField, z.output<typeof filter>> => ({
        sort: { field: (by?.[0] ?? defaultField) as SortField, order: by?.[1] ?? defaultOrder },
        range: { from: range?.[0] ?? 0, to: range?.[1] ?? DEFAULT_ROWS - 1 },
        // Without the parameter the filter is empty: each of its fields is optional.
        filter: wanted ?? ({} as z.output<typeof filter>),
      }),
    );
}

/** `"a"` or `["a", "b"]`: a filter value, as react-admin sends either. */
export function oneOrMany<Item extends z.ZodType>(item: Item) {
  return z.union([item, z.array(item).max(MAX_ROWS)]);
}

/** One value or several as a query condition. */
export function anyOf<Value>(value: Value | readonly Value[]): { $in: Value[] } {
  return { $in: Array.isArray(value) ? [...value] : [value as Value] };
}

/** Equality conditions from the fields of a filter that are present; lists become `$in`, `id` becomes `_id`. */
export function equalityConditions(filter: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(filter)
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => [field === "id" ? "_id" : field, Array.isArray(value) ? anyOf(value) : value]),
  );
}

export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

/** Rows that the store passes over without anybody noticing. Range 100–5000: about 25 µs each in the embedded store. */
const FAR_ROWS = 1000;

/**
 * Reads the asked page. A page far behind is read from the end that is nearer: the last of 100,000 rows costs what the first does.
 * The order is total: ties are broken by `_id`. `condition` must carry the caller's scope. `hint` names the
 * index to read by, where the store would choose one that has to sort.
 */
export async function readPage<Row, Out>(
  model: Model<Row>,
  list: Pick<List<string, unknown>, "sort" | "range">,
  condition: QueryFilter<Row>,
  present: (row: Row) => Out,
  hint?: string,
): Promise<PageAnswer<Out>> {
  const { from, to } = list.range;
  const direction = list.sort.order === "ASC" ? 1 : -1;
  const read = (way: 1 | -1, skip: number, limit: number): Promise<Row[]> => {
    const order = list.sort.field === "id" ? { _id: way } : { [list.sort.field]: way, _id: way };
    const found = model.find(condition);
    if (hint !== undefined) found.hint(hint);
    return found
      .sort(order as Record<string, 1 | -1>)
      .skip(skip)
      .limit(limit)
      .lean<Row[]>()
      .exec();
  };
  const counting = model.countDocuments(condition).exec();
  const length = to - from + 1;
  if (from < FAR_ROWS) {
    const [rows, total] = await Promise.all([read(direction, from, length), counting]);
    return page(rows.map(present), { from, total });
  }
  const total = await counting;
  const behind = total - from;
  if (behind <= 0) return page([], { from, total });
  const shown = Math.min(length, behind);
  const rows =
    behind > from
      ? await read(direction, from, shown)
      : (await read(direction === 1 ? -1 : 1, behind - shown, shown)).reverse();
  return page(rows.map(present), { from, total });
}
