import { ROLE_NAMES, type Role } from "../../http/access.ts";
import type { Route } from "../../http/route.ts";
import type { PersonRole } from "../../users/user.model.ts";
import type { TestApi } from "../start-test-api.ts";
import { addTestSite, FLAT_TARIFF } from "../test-site.ts";
import { exampleOf } from "./json-schema.ts";
import type { RawAnswer, RawClient } from "./send-raw.ts";

/** A request that was granted under a key. */
export interface KeyedRequest {
  row: Route;
  path: string;
  body: unknown;
  key: string;
  status: number;
}

export interface FurnishedSite {
  tokens: ReadonlyMap<Role, string>;
  /** Values that belong in fields of these names here. */
  known: Readonly<Record<string, unknown>>;
  /** Ids of rows here by the first part of the address, e.g. `purchases`. */
  ids: ReadonlyMap<string, string>;
  granted: readonly KeyedRequest[];
}

/** First of the row's roles that has a token; persons for whom any role does. */
export function roleFor(row: Pick<Route, "access">): Role {
  const { access } = row;
  if (typeof access === "object") return access.roles[0];
  return access === "gateway" ? "gateway" : "administrator";
}

/**
 * A site with a row of everything that the route table can add from an example of its body, so that tables to come are furnished
 * by themselves. What the examples do not suit stays empty.
 */
export async function furnishSite(
  api: TestApi,
  client: RawClient,
  routes: readonly Route[],
): Promise<FurnishedSite> {
  const site = await addTestSite(api, { rooms: 1 });
  const { siteId } = site;
  const [room] = site.rooms;
  if (!room) throw new Error("the site has no room");
  const { householdId, unitId, circuitId } = room;
  const tokens = new Map<Role, string>([["gateway", site.gatewayToken]]);
  for (const role of ROLE_NAMES)
    if (role !== "gateway")
      tokens.set(
        role,
        await api.tokenFor(role as PersonRole, {
          siteIds: [siteId],
          ...(role === "resident" ? { householdId } : {}),
        }),
      );
  const { buildingId, tariffId, gatewayId, busId, meterId } = site;
  const known = {
    ...{ siteId, householdId, unitId, circuitId, buildingId, tariffId, gatewayId, busId, meterId },
    ...{ householdIds: [householdId], circuitIds: [circuitId], unitIds: [unitId], siteIds: [siteId] },
    ...{ tariff: FLAT_TARIFF, timeZone: "Asia/Shanghai", currency: "CNY", profile: "acrel-adf400l" },
    ...{ login: `someone-of-${siteId}`, password: "three green umbrellas", phone: "+86 139 0000 0000" },
    ...{ variant: "single-phase", unitAddress: 40, firstUnitId: 40, currencyDigits: 2 },
  };
  const ids = new Map<string, string>();
  const granted: KeyedRequest[] = [];
  const send = (row: Route, path: string, body?: unknown, key?: string): Promise<RawAnswer> =>
    client.send({
      method: row.method.toUpperCase(),
      path: `/api/v1${path}`,
      headers: {
        authorization: `Bearer ${tokens.get(roleFor(row))}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const learnId = async (name: string) => {
    const list = routes.find(({ method, path }) => method === "get" && path === `/${name}`);
    if (ids.has(name) || !list?.query || list.access === "gateway") return;
    const answer = await send(list, `${list.path}?range=[0,0]`);
    if (answer.status !== 200 || !answer.text.startsWith("[")) return;
    const [first] = JSON.parse(answer.text) as { id?: unknown }[];
    if (typeof first?.id === "string") ids.set(name, first.id);
  };

  for (const row of routes.filter(isFurniture)) {
    await learnId(resourceOf(row));
    const path = addressOf(row, ids);
    if (path === undefined) continue;
    const body = row.body && exampleOf(row.body, known);
    const key = row.idempotencyKey && `furniture-${siteId}-${row.path}`;
    const { status } = await send(row, path, body, key);
    if (status < 300 && key !== undefined) granted.push({ row, path, body, key, status });
  }
  for (const name of new Set(routes.map(resourceOf))) await learnId(name);
  return { tokens, known, ids, granted };
}

/** With ids from `ids`; undefined where there is none for a part of the address. */
export function addressOf(
  { path }: Pick<Route, "path">,
  ids: ReadonlyMap<string, string>,
): string | undefined {
  const id = ids.get(resourceOf({ path }));
  if (path.includes(":") && id === undefined) return undefined;
  return path.replace(/:number/, "1").replace(/:[A-Za-z]+/g, id ?? "");
}

/** `/purchases/:id/void` is of `purchases`. */
export function resourceOf({ path }: Pick<Route, "path">): string {
  return path.split("/")[1] ?? "";
}

/** Adds something, and ends nothing that the others need. */
function isFurniture({ method, path, access }: Route): boolean {
  const isOfPersons = access === "signed-in" || typeof access === "object";
  return method === "post" && isOfPersons && !path.startsWith("/auth") && !/\/(token|rebase)$/.test(path);
}
