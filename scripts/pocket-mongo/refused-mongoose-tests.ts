import type { Refusal } from "./verdicts.ts";

/** Tests of mongoose's own suite that the embedded store does not pass on purpose. */
export const refusedMongooseTests: readonly Refusal[] = [
  {
    tests: /geo|2d|\$near|\$within|minDistance/i,
    fails:
      /(2d|2dsphere) indexes are not supported|\$(geoWithin|geoIntersects|near|nearSphere) is not supported/,
    why: "geometry: indexes and queries of places on a map are refused",
  },
  {
    tests: /text|\$meta projection/,
    fails: /text indexes are not supported/,
    why: "text indexes are refused",
  },
  {
    tests: /collation|option in pre|with autoCreate|autoCreate: false/,
    fails: /collations other than/,
    why: "strings compare by their bytes; any other collation is refused",
  },
  {
    tests: /querying via \$where|maxTimeMS\(\)/,
    fails: /no globalScriptEngine in \$where parsing/,
    why: "$where runs a client's JavaScript in the server: refused, with the words of a mongod without scripting",
  },
  {
    tests: /timeseries|expire/,
    fails: /create with 'timeseries' is not supported/,
    why: "time series collections are refused",
  },
  {
    tests: /^schema jsonSchema\(\)/,
    fails: /create with 'validator' is not supported/,
    why: "validators are refused: mongoose validates before it sends",
  },
  {
    tests: /capped|createCollection\(\)/,
    fails: /create with 'capped' is not supported/,
    why: "capped collections are refused",
  },
  {
    tests: /clusteredIndex/,
    fails: /create with 'clusteredIndex' is not supported/,
    why: "clustered collections are refused",
  },
  {
    tests: /hashed indexes/,
    fails: /hashed indexes are not supported/,
    why: "hashed indexes serve sharding: refused",
  },
  {
    tests: /connection bulkWrite\(\) (un)?ordered/,
    fails: /client bulk write|null == true/,
    why: "the command bulkWrite belongs to wire version 25 (MongoDB 8.0); this server announces 21",
  },
];
