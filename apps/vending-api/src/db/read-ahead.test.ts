import { type Connection, mongo } from "mongoose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestDatabase, type TestDatabase } from "../../../../tests/support/test-database.ts";
import { connect } from "./connection.ts";
import { readAhead } from "./read-ahead.ts";

interface Row {
  _id: number;
}

let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri);
  await rows().insertMany(Array.from({ length: 7 }, (_, _id) => ({ _id })));
});

afterAll(async () => {
  await connection.close();
  await database.stop();
});

const rows = () => connection.collection<Row>("rows");
const cursorOf = (filter: object) => rows().find(filter, { sort: { _id: 1 }, batchSize: 3 });
const numbers = (batch: readonly Row[]) => batch.map(({ _id }) => _id);

describe("readAhead", () => {
  it("gives every row once, in order, an answer of the store at a time", async () => {
    const seen: number[][] = [];
    for await (const batch of readAhead(cursorOf({}))) seen.push(numbers(batch));
    expect(seen).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
  });

  it("gives nothing where there is nothing", async () => {
    for await (const batch of readAhead(cursorOf({ _id: -1 }))) expect.unreachable(JSON.stringify(batch));
  });

  it("leaves no cursor open when its reader stops early", async () => {
    const cursor = cursorOf({});
    for await (const batch of readAhead(cursor)) {
      expect(numbers(batch)).toEqual([0, 1, 2]);
      break;
    }
    expect(cursor.killed).toBe(true);
  });

  it("fails with the store's error when its reader comes to it", async () => {
    const batches = readAhead(cursorOf({}));
    expect(numbers((await batches.next()).value ?? [])).toEqual([0, 1, 2]);
    expect(numbers((await batches.next()).value ?? [])).toEqual([3, 4, 5]);
    await expect(readAhead(cursorOf({ $where: "true" })).next()).rejects.toThrow(mongo.MongoServerError);
  });
});
