import type { Refusal } from "./verdicts.ts";

/** Tests of MongoDB's unified CRUD suite that the embedded store does not pass on purpose, or that the driver fails. */
export const refusedCrudTests: readonly Refusal[] = [
  {
    tests: /-collation: |client-bulkWrite-(update|delete)-options: .* with collation$/,
    fails: /collations other than/,
    why: "strings compare by their bytes; any other collation is refused",
  },
  {
    tests: /^client-bulkWrite-|^create-null-ids: .* via clientBulkWrite$/,
    fails: /no such command: 'bulkWrite'/,
    why: "the command bulkWrite belongs to wire version 25 (MongoDB 8.0); this server announces 21",
  },
  {
    tests: /-rawdata: /,
    fails: /rawData: expected true, got nothing/,
    why: "the driver sends rawData from wire version 27 (MongoDB 8.2) on; this server announces 21",
  },
  {
    tests: /^db-aggregate: Aggregate with \$listLocalSessions/,
    fails: /\$listLocalSessions is not supported/,
    why: "a server without authentication keeps no sessions to list",
  },
  {
    tests:
      /errorResponse assertions$|^estimatedDocumentCount: .*--(command|socket) error$|^client-bulkWrite-errors: a /,
    fails: /no such command: 'configureFailPoint'/,
    why: "fail points are a hook of MongoDB's own test builds",
  },
  {
    tests: /^estimatedDocumentCount: .* on views$/,
    fails: /'viewOn' is not supported/,
    why: "views are refused",
  },
  {
    tests: /^findOneAndUpdate-errorResponse: .* document validation /,
    fails: /'validator' is not supported/,
    why: "validators are refused: mongoose validates before it sends",
  },
  {
    tests: /^bypassDocumentValidation: (\w+|Aggregate with \$out) passes bypassDocumentValidation: false$/,
    fails: /bypassDocumentValidation: expected false, got nothing/,
    why: "the Node.js driver leaves out an option that is false",
  },
  {
    tests: /^create-null-ids: .* via (insertOne|insertMany|bulkWrite)$/,
    fails: /countDocuments: expected 1, got 0/,
    why: "the Node.js driver replaces an _id of null by an ObjectId before it sends",
  },
];
