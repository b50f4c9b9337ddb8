/** Sums fields of rows that agree in their key, in the order in which keys first come. Pure; the rows stay as they are. */
export function sumRows<Row extends object, Field extends NumericField<Row>>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  fields: readonly Field[],
): Row[] {
  const sums = new Map<string, Row>();
  for (const row of rows) {
    const key = keyOf(row);
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { ...row });
    else addFields(sum, row, fields);
  }
  return [...sums.values()];
}

/** The total of each field. */
export function totalsOf<Field extends string>(
  rows: readonly Readonly<Record<Field, number>>[],
  fields: readonly Field[],
): Record<Field, number> {
  const totals = Object.fromEntries(fields.map((field) => [field, 0])) as Record<Field, number>;
  for (const row of rows) for (const field of fields) totals[field] += row[field];
  return totals;
}

type NumericField<Row> = { [Name in keyof Row]: Row[Name] extends number ? Name : never }[keyof Row] & string;

function addFields<Row extends object, Field extends NumericField<Row>>(
  sum: Row,
  row: Row,
  fields: readonly Field[],
): void {
  const figures = sum as Record<Field, number>;
  const added = row as Readonly<Record<Field, number>>;
  for (const field of fields) figures[field] += added[field];
}
