import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, EJSON } from "bson";
import {
  type Collection,
  type CommandFailedEvent,
  type CommandStartedEvent,
  type CommandSucceededEvent,
  type Db,
  MongoClient,
  type MongoClientOptions,
} from "mongodb";
import { operations } from "./crud-operations.ts";
import { matchValue } from "./match-value.ts";
import { crudRefusals } from "./refusals.ts";
import type { Verdict } from "./verdict.ts";

type Test = {
  description: string;
  skipReason?: string;
  runOnRequirements?: Requirement[];
  operations: Operation[];
  expectEvents?: { client: string; ignoreExtraEvents?: boolean; events: Document[] }[];
  outcome?: { collectionName: string; databaseName: string; documents: Document[] }[];
};
type Requirement = {
  minServerVersion?: string;
  maxServerVersion?: string;
  topologies?: string[];
  serverless?: string;
};
type Operation = {
  object: string;
  name: string;
  arguments?: Document;
  expectResult?: unknown;
  expectError?: Document;
  saveResultAsEntity?: string;
  ignoreResultAndError?: boolean;
};
type Suite = {
  description: string;
  runOnRequirements?: Requirement[];
  createEntities?: Document[];
  initialData?: { collectionName: string; databaseName: string; documents: Document[] }[];
  tests: Test[];
};

type Seen = { kind: string; event: CommandStartedEvent | CommandSucceededEvent | CommandFailedEvent };

export type Entities = {
  readonly clients: Map<string, { client: MongoClient; events: Seen[] }>;
  readonly databases: Map<string, Db>;
  readonly collections: Map<string, Collection>;
};

/** MongoDB's unified test format, as far as the CRUD tests use it. */
export async function runCrudSuite(checkout: string, uri: string): Promise<Verdict[]> {
  const folder = join(checkout, "source/crud/tests/unified");
  const version = await serverVersion(uri);
  const verdicts: Verdict[] = [];
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()) {
    const suite = EJSON.parse(readFileSync(join(folder, file), "utf8"), { relaxed: true }) as Suite;
    for (const test of suite.tests) verdicts.push(await judge(file, suite, test, uri, version));
  }
  return verdicts;
}

async function serverVersion(uri: string): Promise<string> {
  const client = await MongoClient.connect(uri);
  const info = await client.db("admin").command({ buildInfo: 1 });
  await client.close();
  return String(info.version);
}

async function judge(file: string, suite: Suite, test: Test, uri: string, version: string): Promise<Verdict> {
  const name = `${file}: ${test.description}`;
  if (test.skipReason) return { test: name, outcome: "skipped", why: test.skipReason };
  if (!applies(suite.runOnRequirements, version) || !applies(test.runOnRequirements, version)) {
    return { test: name, outcome: "skipped", why: "needs another server version or topology" };
  }
  try {
    await runTest(suite, test, uri);
    return { test: name, outcome: "pass" };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const refusal = crudRefusals.find((one) => one.matches(name, why));
    return refusal
      ? { test: name, outcome: "refused", why: refusal.reason }
      : { test: name, outcome: "fail", why };
  }
}

function applies(requirements: Requirement[] | undefined, version: string): boolean {
  if (!requirements) return true;
  const number = (text: string): number => {
    const [major = 0, minor = 0, patch = 0] = text.split(".").map(Number);
    return major * 1e6 + minor * 1e3 + patch;
  };
  return requirements.some(
    (one) =>
      (!one.minServerVersion || number(version) >= number(one.minServerVersion)) &&
      (!one.maxServerVersion || number(version) <= number(one.maxServerVersion)) &&
      (!one.topologies || one.topologies.includes("single")) &&
      one.serverless !== "require",
  );
}

async function runTest(suite: Suite, test: Test, uri: string): Promise<void> {
  const entities: Entities = { clients: new Map(), databases: new Map(), collections: new Map() };
  const internal = await MongoClient.connect(uri);
  try {
    for (const { collectionName, databaseName, documents } of suite.initialData ?? []) {
      const collection = internal.db(databaseName).collection(collectionName);
      await collection.drop();
      if (documents.length > 0) await collection.insertMany(documents.map((one) => ({ ...one })) as never);
      else await internal.db(databaseName).createCollection(collectionName);
    }
    await createEntities(suite.createEntities ?? [], entities, uri);
    for (const operation of test.operations) await runOperation(operation, entities);
    for (const expected of test.expectEvents ?? []) checkEvents(expected, entities);
    for (const { collectionName, databaseName, documents } of test.outcome ?? []) {
      const found = await internal
        .db(databaseName)
        .collection(collectionName)
        .find()
        .sort({ _id: 1 })
        .toArray();
      matchValue(documents, found, { path: "outcome", root: false });
    }
  } finally {
    for (const { client } of entities.clients.values()) await client.close();
    await internal.close();
  }
}

const handshakes = new Set(["hello", "ismaster", "isMaster", "endSessions", "killCursors"]);

async function createEntities(given: readonly Document[], entities: Entities, uri: string): Promise<void> {
  for (const entity of given) {
    if (entity.client) {
      const { id, uriOptions, observeEvents = [], ignoreCommandMonitoringEvents = [] } = entity.client;
      const options: MongoClientOptions = { ...uriOptions, monitorCommands: true };
      const client = await new MongoClient(uri, options).connect();
      const events: Seen[] = [];
      const ignored = new Set([...handshakes, ...ignoreCommandMonitoringEvents]);
      const see = (kind: string) => (event: Seen["event"]) => {
        if (observeEvents.includes(kind) && !ignored.has(event.commandName)) events.push({ kind, event });
      };
      client.on("commandStarted", see("commandStartedEvent"));
      client.on("commandSucceeded", see("commandSucceededEvent"));
      client.on("commandFailed", see("commandFailedEvent"));
      entities.clients.set(id, { client, events });
    } else if (entity.database) {
      const { id, client, databaseName, databaseOptions } = entity.database;
      entities.databases.set(id, clientNamed(entities, client).db(databaseName, databaseOptions));
    } else if (entity.collection) {
      const { id, database, collectionName, collectionOptions } = entity.collection;
      const db = entities.databases.get(database) as Db;
      entities.collections.set(id, db.collection(collectionName, collectionOptions));
    } else throw new Error(`unknown entity ${Object.keys(entity)}`);
  }
}

function clientNamed(entities: Entities, id: string): MongoClient {
  const found = entities.clients.get(id);
  if (!found) throw new Error(`no client ${id}`);
  return found.client;
}

async function runOperation(operation: Operation, entities: Entities): Promise<void> {
  const run = operations[operation.name];
  if (!run) throw new Error(`unsupported operation ${operation.name}`);
  let result: unknown;
  try {
    result = await run(entities, operation.object, { ...operation.arguments });
  } catch (error) {
    if (operation.ignoreResultAndError) return;
    if (!operation.expectError) throw error;
    checkError(operation.expectError, error);
    return;
  }
  if (operation.ignoreResultAndError) return;
  if (operation.expectError) throw new Error(`expected an error from ${operation.name}`);
  if ("expectResult" in operation) matchValue(operation.expectResult, result, { path: "result", root: true });
}

function checkError(expected: Document, thrown: unknown): void {
  const error = thrown as Error & {
    code?: number;
    errmsg?: string;
    result?: unknown;
    codeName?: string;
    name: string;
    errorResponse?: unknown;
  };
  const fromServer =
    error.name === "MongoServerError" || error.name.startsWith("MongoBulkWrite") || error.code !== undefined;
  if (expected.isClientError === true && fromServer)
    throw new Error(`expected a client error, got ${error.message}`);
  if (expected.isClientError === false && !fromServer)
    throw new Error(`expected a server error, got ${error.name}: ${error.message}`);
  if (expected.errorCode !== undefined && error.code !== expected.errorCode) {
    throw new Error(`expected code ${expected.errorCode}, got ${error.code}: ${error.message}`);
  }
  if (
    expected.errorContains !== undefined &&
    !error.message.toLowerCase().includes(String(expected.errorContains).toLowerCase())
  ) {
    throw new Error(`expected "${expected.errorContains}", got "${error.message}"`);
  }
  if (expected.errorResponse !== undefined)
    matchValue(expected.errorResponse, error.errorResponse, { path: "errorResponse", root: true });
  if (expected.expectResult !== undefined)
    matchValue(expected.expectResult, error.result, { path: "error.result", root: true });
}

function checkEvents(
  expected: { client: string; ignoreExtraEvents?: boolean; events: Document[] },
  entities: Entities,
): void {
  const events = entities.clients.get(expected.client)?.events ?? [];
  if (!expected.ignoreExtraEvents && events.length !== expected.events.length) {
    const seen = events.map((one) => `${one.kind} ${one.event.commandName}`);
    throw new Error(`expected ${expected.events.length} events, saw ${seen.join(", ")}`);
  }
  for (const [i, wanted] of expected.events.entries()) {
    const [[kind, fields]] = Object.entries(wanted) as [[string, Document]];
    const seen = events[i];
    if (seen?.kind !== kind) throw new Error(`event ${i}: expected ${kind}, saw ${seen?.kind}`);
    if (fields.commandName && fields.commandName !== seen.event.commandName) {
      throw new Error(`event ${i}: expected ${fields.commandName}, saw ${seen.event.commandName}`);
    }
    for (const part of ["command", "reply"] as const) {
      const actual = (seen.event as unknown as Document)[part];
      if (fields[part]) matchValue(fields[part], actual, { path: `event ${i} ${part}`, root: true });
    }
  }
}
