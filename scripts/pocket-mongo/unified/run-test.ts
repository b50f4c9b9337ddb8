import {
  Collection,
  type CommandStartedEvent,
  type CommandSucceededEvent,
  Db,
  type Document,
  MongoBulkWriteError,
  MongoClient,
  MongoClientBulkWriteError,
  MongoServerError,
} from "mongodb";
import { expectMatch, isDocument, Mismatch, withoutMaps } from "./match.ts";
import { clientOperations, collectionOperations, databaseOperations, type Target } from "./operations.ts";
import type {
  CollectionContent,
  EntityRecipe,
  ExpectedError,
  ExpectedEvents,
  Operation,
  UnifiedFile,
  UnifiedTest,
} from "./test-file.ts";

type Seen =
  | { readonly kind: "commandStartedEvent"; readonly event: CommandStartedEvent }
  | { readonly kind: "commandSucceededEvent"; readonly event: CommandSucceededEvent };

interface Stage {
  readonly targets: Map<string, Target>;
  readonly clients: MongoClient[];
  readonly seen: Map<string, Seen[]>;
  /** Commands that turn off the fail points of the test. */
  readonly undo: Document[];
}

/** Runs one test as "Executing a Test" of the unified test format says. Throws what did not hold. */
export async function runTest(
  uri: string,
  internal: MongoClient,
  file: UnifiedFile,
  test: UnifiedTest,
): Promise<void> {
  for (const content of file.initialData ?? []) await fill(internal, content);
  const stage: Stage = { targets: new Map(), clients: [], seen: new Map(), undo: [] };
  try {
    for (const recipe of file.createEntities ?? []) build(uri, stage, recipe);
    for (const operation of test.operations) await perform(internal, stage, operation);
    for (const expected of test.expectEvents ?? []) expectEvents(stage, expected);
    // An unacknowledged write is done once its connection, the only one, answers the next command.
    for (const client of stage.clients) await client.db("admin").command({ ping: 1 });
    for (const content of test.outcome ?? []) await expectContent(internal, content);
  } finally {
    for (const command of stage.undo) await internal.db("admin").command(command);
    for (const client of stage.clients) await client.close();
  }
}

async function fill(client: MongoClient, content: CollectionContent): Promise<void> {
  const database = client.db(content.databaseName);
  await database.dropCollection(content.collectionName);
  await database.createCollection(content.collectionName, content.createOptions);
  if (content.documents.length > 0)
    await database
      .collection(content.collectionName)
      .insertMany(content.documents, { writeConcern: { w: "majority" } });
}

function build(uri: string, stage: Stage, recipe: EntityRecipe): void {
  if ("client" in recipe) {
    const { id, observeEvents = [], uriOptions } = recipe.client;
    const client = new MongoClient(uri, { ...uriOptions, maxPoolSize: 1, monitorCommands: true });
    const seen: Seen[] = [];
    if (observeEvents.includes("commandStartedEvent"))
      client.on("commandStarted", (event) => seen.push({ kind: "commandStartedEvent", event }));
    if (observeEvents.includes("commandSucceededEvent"))
      client.on("commandSucceeded", (event) => seen.push({ kind: "commandSucceededEvent", event }));
    stage.clients.push(client);
    stage.targets.set(id, client);
    stage.seen.set(id, seen);
  } else if ("database" in recipe) {
    const { id, client, databaseName, databaseOptions } = recipe.database;
    stage.targets.set(id, target(stage, client, MongoClient).db(databaseName, databaseOptions));
  } else {
    const { id, database, collectionName, collectionOptions } = recipe.collection;
    stage.targets.set(id, target(stage, database, Db).collection(collectionName, collectionOptions));
  }
}

function target<On extends Target>(
  stage: Stage,
  id: string,
  kind: abstract new (...given: never[]) => On,
): On {
  const found = stage.targets.get(id);
  if (found instanceof kind) return found;
  throw new Error(`the test names no ${kind.name} ${id}`);
}

async function perform(internal: MongoClient, stage: Stage, operation: Operation): Promise<void> {
  const where = `${operation.object}.${operation.name}`;
  const ending = await call(internal, stage, operation).then(
    (result) => ({ result, error: undefined }),
    (error: unknown) => ({ result: undefined, error }),
  );
  if (operation.expectError) {
    if (ending.error === undefined) throw new Mismatch(`${where}: should have failed`);
    try {
      expectError(operation.expectError, ending.error, where);
    } catch (mismatch) {
      throw new Mismatch((mismatch as Error).message, { cause: ending.error });
    }
  } else if (ending.error !== undefined) {
    throw new Mismatch(`${where}: ${ending.error}`, { cause: ending.error });
  } else if (operation.expectResult !== undefined) {
    expectMatch(operation.expectResult, withoutMaps(ending.result), where, true);
  }
}

async function call(internal: MongoClient, stage: Stage, operation: Operation): Promise<unknown> {
  const given = operation.arguments ?? {};
  if (operation.object === "testRunner") return setFailPoint(internal, stage, operation);
  const on = stage.targets.get(operation.object);
  if (on instanceof Collection) return named(collectionOperations, operation.name)(on, given);
  if (on instanceof Db) return named(databaseOperations, operation.name)(on, given);
  if (on instanceof MongoClient) return named(clientOperations, operation.name)(on, given);
  throw new Error(`the test names no entity ${operation.object}`);
}

function named<Table extends object>(table: Table, name: string): Table[keyof Table] {
  if (Object.hasOwn(table, name)) return table[name as keyof Table];
  throw new Error(`the judge does not know the operation ${name}`);
}

async function setFailPoint(internal: MongoClient, stage: Stage, operation: Operation): Promise<void> {
  const failPoint = operation.arguments?.failPoint;
  if (operation.name !== "failPoint" || !isDocument(failPoint))
    throw new Error(`the judge does not know the operation ${operation.name}`);
  await internal.db("admin").command(failPoint);
  stage.undo.push({ configureFailPoint: failPoint.configureFailPoint, mode: "off" });
}

function expectError(expected: ExpectedError, error: unknown, where: string): void {
  const isFromServer = error instanceof MongoServerError || error instanceof MongoClientBulkWriteError;
  if (expected.isClientError !== undefined && expected.isClientError === isFromServer)
    throw new Mismatch(`${where}: expected a ${isFromServer ? "client" : "server"} error, got ${error}`);
  const fields: Document = error instanceof Error ? { ...error, message: error.message } : {};
  if (expected.errorContains !== undefined) {
    const message = String(fields.message).toLowerCase();
    if (!message.includes(expected.errorContains.toLowerCase()))
      throw new Mismatch(`${where}: "${fields.message}" does not contain "${expected.errorContains}"`);
  }
  if (expected.errorCode !== undefined)
    expectMatch(
      expected.errorCode,
      error instanceof MongoServerError ? error.code : undefined,
      `${where}: code`,
      false,
    );
  if (expected.errorResponse !== undefined)
    expectMatch(
      expected.errorResponse,
      error instanceof MongoServerError ? error.errorResponse : undefined,
      `${where}: errorResponse`,
      true,
    );
  expectBulkError(expected, error, where);
}

function expectBulkError(expected: ExpectedError, error: unknown, where: string): void {
  if (expected.expectResult !== undefined) {
    const result =
      error instanceof MongoBulkWriteError
        ? error.result
        : error instanceof MongoClientBulkWriteError
          ? error.partialResult
          : undefined;
    expectMatch(expected.expectResult, withoutMaps(result), `${where}: result`, true);
  }
  if (!(error instanceof MongoClientBulkWriteError)) return;
  for (const [index, one] of Object.entries(expected.writeErrors ?? {}))
    expectMatch(one, error.writeErrors.get(Number(index)), `${where}: writeErrors.${index}`, true);
  expected.writeConcernErrors?.forEach((one, i) => {
    expectMatch(one, error.writeConcernErrors[i], `${where}: writeConcernErrors.${i}`, true);
  });
}

function expectEvents(stage: Stage, expected: ExpectedEvents): void {
  const seen = stage.seen.get(expected.client) ?? [];
  if (seen.length !== expected.events.length) {
    const names = seen.map(({ event }) => event.commandName).join(", ");
    throw new Mismatch(
      `${expected.client}: expected ${expected.events.length} events, saw ${names || "none"}`,
    );
  }
  expected.events.forEach((one, i) => {
    const [[kind, wanted] = []] = Object.entries(one);
    const actual = seen[i];
    const path = `event ${i}`;
    if (actual?.kind !== kind || actual === undefined)
      throw new Mismatch(`${path}: expected ${kind}, saw ${actual?.kind}`);
    for (const [field, value] of Object.entries(wanted ?? {})) {
      const isBody = field === "command" || field === "reply";
      expectMatch(value, Reflect.get(actual.event, field), `${path}.${field}`, isBody);
    }
  });
}

async function expectContent(client: MongoClient, content: CollectionContent): Promise<void> {
  const documents = await client
    .db(content.databaseName)
    .collection(content.collectionName)
    .find({}, { sort: { _id: 1 }, readConcern: "local" })
    .toArray();
  expectMatch(content.documents, documents, `outcome of ${content.collectionName}`, false);
}
