import { EJSON } from "bson";
import { z } from "zod";

/**
 * The part of the unified test format (mongodb/specifications, source/unified-test-format) that the CRUD tests use.
 * Objects are strict: a file that asks for more than this reader knows must not pass half read.
 */
const document = z.record(z.string(), z.unknown());

const requirement = z.strictObject({
  minServerVersion: z.string().optional(),
  maxServerVersion: z.string().optional(),
  topologies: z.array(z.string()).optional(),
  serverless: z.string().optional(),
  auth: z.boolean().optional(),
});

const entity = z.union([
  z.strictObject({
    client: z.strictObject({
      id: z.string(),
      observeEvents: z.array(z.string()).optional(),
      uriOptions: document.optional(),
      useMultipleMongoses: z.boolean().optional(),
    }),
  }),
  z.strictObject({
    database: z.strictObject({
      id: z.string(),
      client: z.string(),
      databaseName: z.string(),
      databaseOptions: document.optional(),
    }),
  }),
  z.strictObject({
    collection: z.strictObject({
      id: z.string(),
      database: z.string(),
      collectionName: z.string(),
      collectionOptions: document.optional(),
    }),
  }),
]);

const expectedError = z.strictObject({
  isError: z.boolean().optional(),
  isClientError: z.boolean().optional(),
  errorCode: z.number().optional(),
  errorContains: z.string().optional(),
  errorResponse: document.optional(),
  expectResult: z.unknown().optional(),
  writeErrors: document.optional(),
  writeConcernErrors: z.array(document).optional(),
});

const operation = z.strictObject({
  object: z.string(),
  name: z.string(),
  arguments: document.optional(),
  expectResult: z.unknown().optional(),
  expectError: expectedError.optional(),
});

const expectedEvents = z.strictObject({
  client: z.string(),
  events: z.array(
    z.union([
      z.strictObject({ commandStartedEvent: document }),
      z.strictObject({ commandSucceededEvent: document }),
    ]),
  ),
});

const collectionContent = z.strictObject({
  collectionName: z.string(),
  databaseName: z.string(),
  documents: z.array(document),
  createOptions: document.optional(),
});

const test = z.strictObject({
  description: z.string(),
  skipReason: z.string().optional(),
  runOnRequirements: z.array(requirement).optional(),
  operations: z.array(operation),
  expectEvents: z.array(expectedEvents).optional(),
  outcome: z.array(collectionContent).optional(),
});

const testFile = z.strictObject({
  _yamlAnchors: z.unknown().optional(),
  description: z.string(),
  schemaVersion: z.string(),
  runOnRequirements: z.array(requirement).optional(),
  createEntities: z.array(entity).optional(),
  initialData: z.array(collectionContent).optional(),
  tests: z.array(test),
});

export type UnifiedFile = z.infer<typeof testFile>;
export type UnifiedTest = z.infer<typeof test>;
export type Requirement = z.infer<typeof requirement>;
export type EntityRecipe = z.infer<typeof entity>;
export type Operation = z.infer<typeof operation>;
export type ExpectedError = z.infer<typeof expectedError>;
export type ExpectedEvents = z.infer<typeof expectedEvents>;
export type CollectionContent = z.infer<typeof collectionContent>;

/** Reads one file of the suite, which is extended JSON. Throws ZodError on a shape this reader does not know. */
export function parseTestFile(text: string): UnifiedFile {
  return testFile.parse(EJSON.parse(text));
}
