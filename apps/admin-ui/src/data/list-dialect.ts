/** Rows of the first page when nobody asked for a range; also the most that one page shows. */
export const MAX_ROWS = 1000;

export interface ListAsk {
  pagination?: { page: number; perPage: number };
  sort?: { field: string; order: string };
  filter?: Record<string, unknown>;
}

const isEmpty = (value: unknown) => value === undefined || value === null || value === "";

/** The dialect of ra-data-simple-rest: `?sort=["name","ASC"]&range=[0,24]&filter={…}`. Empty filters are left out. */
export function listQuery({ pagination, sort, filter = {} }: ListAsk): string {
  const { page, perPage } = pagination ?? { page: 1, perPage: MAX_ROWS };
  const from = (page - 1) * perPage;
  const asked = Object.fromEntries(Object.entries(filter).filter(([, value]) => !isEmpty(value)));
  const query = new URLSearchParams();
  if (sort && sort.field !== "") query.set("sort", JSON.stringify([sort.field, sort.order]));
  query.set("range", JSON.stringify([from, from + perPage - 1]));
  if (Object.keys(asked).length > 0) query.set("filter", JSON.stringify(asked));
  return query.toString();
}

/** The total of `Content-Range: households 0-24/319`, also without rows ("households *" + "/0"); null when the header is missing. */
export function totalOf(contentRange: string | null): number | null {
  const match = /\/(\d+)\s*$/.exec(contentRange ?? "");
  return match === null ? null : Number(match[1]);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSame = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => isSame(a[key], b[key]));
};

/** The top-level fields of `next` that differ: a PATCH with only these does not undo what others changed meanwhile. */
export function changedFields(
  previous: Record<string, unknown>,
  next: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(next).filter(([key, value]) => key !== "id" && !isSame(previous[key], value)),
  );
}
