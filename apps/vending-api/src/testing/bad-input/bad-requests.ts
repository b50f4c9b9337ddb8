import { gzipSync } from "node:zlib";
import { z } from "zod";
import { ROLE_NAMES, type Role } from "../../http/access.ts";
import type { Route } from "../../http/route.ts";
import { addressOf, type FurnishedSite, type KeyedRequest, roleFor } from "./furnished-site.ts";
import { exampleOf } from "./json-schema.ts";
import type { RawRequest } from "./send-raw.ts";
import { spoiledBodies } from "./spoil.ts";

export interface BadRequest {
  what: string;
  request: RawRequest;
  /** One of these is the answer. */
  statuses: readonly number[];
}

export interface BadInputWorld {
  here: FurnishedSite;
  /** Another site: for whoever belongs here, nothing of it exists. */
  elsewhere: FurnishedSite;
  expiredToken: string;
  forgedToken: string;
}

const API = "/api/v1";
const LONG_KEY = "k".repeat(129);

/** Everything that is tried on one row of the route table. Each of it is refused and changes nothing. */
export function badRequests(row: Route, world: BadInputWorld): BadRequest[] {
  const frame = frameOf(row, world);
  return [
    ...strangers(row, world, frame),
    ...badAddresses(row, world, frame),
    ...badQueries(row, frame),
    ...badKeys(row, frame),
    ...badBodies(row, frame),
  ];
}

/** Of one row, spread over its schema; what is left out of a large one stands in other rows as well. */
const [MOST_BODIES, MOST_QUERIES] =
  process.env.HALLMETER_TEST_BAD_INPUT === "all"
    ? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    : [8, 10];

function spread<Item>(items: readonly Item[], most: number): Item[] {
  const step = Math.max(1, items.length / most);
  return items.filter((_item, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

interface Frame {
  path: string;
  body: unknown;
  send(change?: Partial<RawRequest> & { token?: string | undefined; key?: string }): RawRequest;
}

function frameOf(row: Route, { here }: BadInputWorld): Frame {
  const path = addressOf(row, here.ids) ?? row.path.replace(/:[A-Za-z]+/g, "none");
  const body = row.body && exampleOf(row.body, here.known);
  const isOpen = row.access === "public" || row.access === "stream-ticket";
  return {
    path,
    body,
    send({
      token = isOpen ? "" : here.tokens.get(roleFor(row)),
      key = "bad-input",
      headers,
      ...change
    } = {}) {
      const text = change.body ?? (body === undefined ? undefined : JSON.stringify(body));
      return {
        method: row.method.toUpperCase(),
        path: `${API}${path}`,
        ...change,
        headers: {
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(row.body ? { "content-type": "application/json" } : {}),
          ...(row.idempotencyKey && key !== "" ? { "idempotency-key": key } : {}),
          ...headers,
        },
        ...(text === undefined ? {} : { body: text }),
      };
    },
  };
}

function strangers(
  row: Route,
  { here, expiredToken, forgedToken }: BadInputWorld,
  { send }: Frame,
): BadRequest[] {
  const { access } = row;
  if (access === "public" || access === "stream-ticket") return [];
  const mayCall = (role: Role) =>
    typeof access === "object"
      ? access.roles.includes(role)
      : access === "gateway"
        ? role === "gateway"
        : role !== "gateway";
  return [
    { what: "without a token", request: send({ token: "" }), statuses: [401] },
    { what: "with an expired token", request: send({ token: expiredToken }), statuses: [401] },
    { what: "with a forged token", request: send({ token: forgedToken }), statuses: [401] },
    { what: "with two tokens", request: send({ token: `${forgedToken}, x` }), statuses: [401] },
    ...ROLE_NAMES.filter((role) => !mayCall(role)).map((role) => ({
      what: `as ${role}`,
      request: send({ token: here.tokens.get(role) }),
      statuses: [403],
    })),
  ];
}

/** A row that nobody here can know: 404, unless the request is bad in itself; never 403. */
const NOT_THERE = [404];
const NOT_THERE_OR_BAD = [400, 404, 409, 422];

function badAddresses(row: Route, { elsewhere }: BadInputWorld, { send }: Frame): BadRequest[] {
  if (!row.path.includes(":")) return [];
  const at = (id: string) => ({ path: API + row.path.replace(/:number/g, "1").replace(/:[A-Za-z]+/g, id) });
  const foreign = addressOf(row, elsewhere.ids);
  const unknown = row.method === "get" && !row.query ? NOT_THERE : NOT_THERE_OR_BAD;
  return [
    { what: "an id too long", request: send(at("x".repeat(65))), statuses: [400] },
    { what: "half an escape", request: send(at("%E0%A4%A")), statuses: [400] },
    { what: "an escaped surrogate", request: send(at("%ED%A0%80")), statuses: [400] },
    { what: "an id with NUL", request: send(at("a%00b")), statuses: [400] },
    { what: "an id that climbs", request: send(at("..%2F..%2Fsites")), statuses: NOT_THERE_OR_BAD },
    ...["none", "__proto__", "constructor", "%7B%22%24gt%22%3A%22%22%7D", "0", "-1", "%F0%9F%94%8C"].map(
      (id) => ({
        what: `the id ${id}`,
        request: send(at(id)),
        statuses: unknown,
      }),
    ),
    ...(foreign === undefined
      ? []
      : [{ what: "a row of another site", request: send({ path: API + foreign }), statuses: unknown }]),
  ];
}

const OPERATOR_QUERIES = [
  "filter[$ne]=1",
  "filter[$where]=sleep(9)",
  "id[$gt]=",
  "__proto__[role]=administrator",
  "$where=1",
];

function badQueries(row: Route, { path, send }: Frame): BadRequest[] {
  const parameters = row.query ? parametersOf(row.query) : {};
  const asked = (query: string, statuses: readonly number[]): BadRequest => ({
    what: `?${query.slice(0, 60)}`,
    request: send({ path: `${API}${path}?${query}` }),
    statuses,
  });
  const queries = Object.entries(parameters).flatMap(([name, schema]) =>
    badParameters(name, schema).map((query) =>
      asked(query, OF_A_LIST.includes(name) ? [400] : ODD_OR_UNKNOWN),
    ),
  );
  const ours = [...OPERATOR_QUERIES, "surprise=1"].map((query) => asked(query, [400]));
  return [...ours, ...spread(queries, MOST_QUERIES)];
}

const OF_A_LIST = ["sort", "range", "filter"];
/** Where a parameter is a ticket or an id, an odd one is well formed: there is only nothing under it. */
const ODD_OR_UNKNOWN = [400, 401, 404];

/** Parameters by name; what holds JSON is told by the schema that its text is piped into. */
function parametersOf(query: z.ZodType): Record<string, z.ZodType> {
  const object = query instanceof z.ZodPipe ? query.in : query;
  return object instanceof z.ZodObject ? (object.shape as Record<string, z.ZodType>) : {};
}

function badParameters(name: string, schema: z.ZodType): string[] {
  const json = (value: unknown) => `${name}=${encodeURIComponent(JSON.stringify(value))}`;
  const twice = `${name}=a&${name}=b`;
  switch (name) {
    case "sort":
      return [
        twice,
        "sort=name",
        ...[["$natural", "ASC"], ["id", "UP"], ["id"], "id", { id: 1 }, null].map(json),
      ];
    case "range":
      return [
        twice,
        "range=0-9",
        ...[[-1, 5], [5, 1], [0, 1e9], [0.5, 2], ["0", "9"], [0], [0, 1e308], null, { $gt: 0 }].map(json),
        "range=[0,1e309]",
      ];
    case "filter":
      return [
        twice,
        "filter={",
        "filter=%00",
        ...badFilters(schema).map(json),
        `filter={"__proto__":{"$gt":""}}`,
      ];
    default:
      return [
        twice,
        ...['{"$gt":""}', "%00", "%ED%A0%80", "x".repeat(9000)].map((text) => `${name}=${text}`),
      ];
  }
}

function badFilters(parameter: z.ZodType): unknown[] {
  const fields = z.toJSONSchema(parameter, { io: "output", unrepresentable: "any" }).properties ?? {};
  return [
    [],
    "text",
    { $where: "sleep(1000)" },
    { $or: [{}] },
    { id: { $ne: null } },
    { id: { $regex: ".*" } },
    { "siteId.$gt": "" },
    { surprise: 1 },
    ...Object.keys(fields).flatMap((field) => [
      { [field]: { $gt: "" } },
      { [field]: { $in: [1, 2] } },
      { [field]: "a\u0000b" },
    ]),
  ];
}

function badKeys(row: Route, { send }: Frame): BadRequest[] {
  if (!row.idempotencyKey) return [];
  const keys = {
    missing: "",
    "too long": LONG_KEY,
    "of two words": "two words",
    "with an umlaut": "schl\u00fcssel",
  };
  return Object.entries(keys).map(([what, key]) => ({
    what: `a key ${what}`,
    request: send({ key }),
    statuses: [400],
  }));
}

function badBodies(row: Route, frame: Frame): BadRequest[] {
  return row.takesBytes ? badBytes(row, frame) : badJson(row, frame);
}

/** What a body of no declared type may be refused with: by its form, by its signature, by what it names. */
const REFUSED = [400, 401, 404, 409, 415, 422];

function badBytes(row: Route, { send }: Frame): BadRequest[] {
  const huge = Buffer.alloc(row.bodyLimitBytes + 1, "x");
  return [
    { what: "a body too large", request: send({ body: huge }), statuses: [413] },
    ...Object.entries({
      "no body": send(),
      "text of no kind": send({ body: "a=1&b=2" }),
      "bytes of no text": send({ body: Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x00]) }),
      "JSON that names a prototype": send({ body: '{"__proto__":{"type":"x"}}' }),
      "very deep lists": send({ body: "[".repeat(40_000) }),
      "packed bytes": send({ body: gzipSync("{}"), headers: { "content-encoding": "gzip" } }),
    }).map(([what, request]) => ({ what, request, statuses: REFUSED })),
  ];
}

function badJson(row: Route, { body, send }: Frame): BadRequest[] {
  if (!row.body) return [];
  const huge = `{"x":"${"x".repeat(row.bodyLimitBytes)}"}`;
  const typed = (type: string) => send({ headers: { "content-type": type } });
  const encoded = (encoding: string, bytes: Uint8Array | string) =>
    send({ headers: { "content-encoding": encoding }, body: bytes });
  const bodies = spoiledBodies(row.body, body);
  const picked = spread(bodies, MOST_BODIES);
  return [
    { what: "a body too large", request: send({ body: huge }), statuses: [413] },
    {
      what: "a body too large once unpacked",
      request: encoded("gzip", gzipSync(huge)),
      statuses: [413],
    },
    { what: "a form", request: typed("application/x-www-form-urlencoded"), statuses: [415] },
    { what: "plain text", request: typed("text/plain"), statuses: [415] },
    { what: "another charset", request: typed("application/json; charset=gb18030"), statuses: [415] },
    { what: "an unknown packing", request: encoded("snappy", "{}"), statuses: [415] },
    { what: "packing that is none", request: encoded("gzip", "{}"), statuses: [400] },
    {
      what: "broken UTF-8",
      request: send({ body: Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]) }),
      statuses: [400],
    },
    ...picked.map(({ what, text }) => ({ what, request: send({ body: text }), statuses: [400] })),
  ];
}

/** What was granted under a key is asked again, for something else or by somebody else. */
export function replays({ here }: BadInputWorld): BadRequest[] {
  return here.granted.flatMap(({ row, path, body, key }: KeyedRequest) => {
    const others =
      typeof row.access === "object"
        ? row.access.roles.filter((role) => role !== roleFor(row))
        : (["property-manager"] as const);
    const send = (role: Role, text: string | undefined): RawRequest => ({
      method: row.method.toUpperCase(),
      path: API + path,
      headers: {
        authorization: `Bearer ${here.tokens.get(role)}`,
        "idempotency-key": key,
        ...(text === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(text === undefined ? {} : { body: text }),
    });
    const text = body === undefined ? undefined : JSON.stringify(body);
    const where = `${row.method} ${row.path}`;
    return others
      .slice(0, 1)
      .map((role) => ({
        what: `${where} by ${role} under the key of somebody else`,
        request: send(role, text),
        statuses: [422],
      }))
      .concat(
        otherWishes(row, body).map((wish) => ({
          what: `${where} with another body under the same key`,
          request: send(roleFor(row), JSON.stringify(wish)),
          statuses: [422],
        })),
      );
  });
}

/** The same body with another number or text where the schema allows one. */
function otherWishes(row: Route, body: unknown): unknown[] {
  if (typeof body !== "object" || body === null) return [];
  const wishes = Object.entries(body).flatMap(([name, value]: [string, unknown]): object[] => {
    if (/Id$|Ids$/.test(name)) return [];
    if (typeof value === "number") return [{ ...body, [name]: value + 1 }];
    return typeof value === "string" ? [{ ...body, [name]: `${value} too` }] : [];
  });
  return wishes.filter((wish) => row.body?.safeParse(wish).success).slice(0, 2);
}
