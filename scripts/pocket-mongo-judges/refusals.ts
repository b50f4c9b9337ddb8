export type Refusal = {
  readonly reason: string;
  readonly matches: (test: string, error: string) => boolean;
};

const byError = (reason: string, error: RegExp): Refusal => ({
  reason,
  matches: (_test, seen) => error.test(seen),
});
const byTest = (reason: string, test: RegExp): Refusal => ({ reason, matches: (name) => test.test(name) });

/** Why a test of the CRUD specification may fail: one line for each thing the embedded store refuses on purpose. */
export const crudRefusals: readonly Refusal[] = [
  byError("collations other than simple", /collations other than/),
  byError("$out and $merge", /\$(out|merge) is not supported by this server/),
  byError("fail points: test commands of a MongoDB built for testing", /configureFailPoint/),
  byError(
    "the client-level bulkWrite command of MongoDB 8.0",
    /MongoClient\.bulkWrite requires MongoDB server version 8\.0|'bulkWrite'/,
  ),
  byError(
    "$currentOp and $listLocalSessions: stages without a collection",
    /\$(currentOp|listLocalSessions) is not supported/,
  ),
  byError("document validators", /create with 'validator'|collMod with 'validator'/),
];

/** The same for mongoose's own tests. */
export const mongooseRefusals: readonly Refusal[] = [
  byError("text indexes and text search", /text indexes are not supported|text index required/),
  byError(
    "geometry: 2d and 2dsphere indexes and their operators",
    /2d(sphere)? indexes are not supported|\$geo(Within|Intersects) is not supported/,
  ),
  byError("hashed indexes", /hashed indexes are not supported/),
  byError("collations other than simple", /collations other than/),
  byError(
    "capped, time-series and clustered collections",
    /create with '(capped|timeseries|clusteredIndex)'|'setParameter'/,
  ),
  byError("document validators and $jsonSchema", /create with 'validator'/),
  byError("JavaScript on the server: $where", /no globalScriptEngine/),
  byError("$graphLookup", /\$graphLookup is not supported/),
  byError("$out and $merge", /\$(out|merge) is not supported/),
  byTest("the client-level bulkWrite command of MongoDB 8.0", /connection bulkWrite\(\)/),
];
