import type { Model, QueryFilter } from "mongoose";
import type { List } from "../http/list-query.ts";

/** Rows under way at a time: what an export holds in memory, however long it is. */
const ROWS_AT_A_TIME = 500;

/** Every row that meets the condition, in the list's order, read through a cursor as fast as it is taken. */
export async function* readBatches<Row>(
  model: Model<Row>,
  condition: QueryFilter<Row>,
  { field, order }: List<string, unknown>["sort"],
): AsyncGenerator<Row[]> {
  const direction = order === "ASC" ? 1 : -1;
  const sort = field === "id" ? { _id: direction } : { [field]: direction, _id: direction };
  const cursor = model
    .find(condition)
    .sort(sort as Record<string, 1 | -1>)
    .lean<Row[]>()
    .cursor({ batchSize: ROWS_AT_A_TIME });
  try {
    let batch: Row[] = [];
    for await (const row of cursor) {
      batch.push(row as unknown as Row);
      if (batch.length < ROWS_AT_A_TIME) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  } finally {
    await cursor.close();
  }
}
