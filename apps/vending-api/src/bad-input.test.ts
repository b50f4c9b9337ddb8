import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { groupBy } from "./db/group-by.ts";
import { ERROR_CODES } from "./errors.ts";
import { featureRoutes } from "./features.ts";
import type { Problem } from "./http/problem.ts";
import {
  type BadInputWorld,
  type BadRequest,
  badRequests,
  replays,
} from "./testing/bad-input/bad-requests.ts";
import { furnishSite, resourceOf } from "./testing/bad-input/furnished-site.ts";
import { type RawAnswer, rawClient } from "./testing/bad-input/send-raw.ts";
import { digestOf } from "./testing/bad-input/store-digest.ts";
import { startTestApi } from "./testing/start-test-api.ts";
import { issueAccessToken } from "./users/access-token.ts";
import { userModel } from "./users/user.model.ts";

// The table is walked before the tests are named, so that whatever a feature adds has its own.
const api = await startTestApi();
const client = rawClient(api.origin);
const routes = featureRoutes(api.deps);
const AT_A_TIME = 8;
let world: BadInputWorld;
let tried = 0;
let lastDigest: Record<string, string>;

beforeAll(async () => {
  const here = await furnishSite(api, client, routes);
  const elsewhere = await furnishSite(api, client, routes);
  const user = await userModel(api.connection).findOne({ roles: "administrator" }).lean();
  if (!user) throw new Error("the site has no administrator");
  const claims = { userId: user._id, sessionId: "s", sessionEpoch: user.sessionEpoch };
  const yesterday = new Date(api.clock.now().getTime() - 86_400_000);
  lastDigest = await digestOf(api.connection);
  world = {
    here,
    elsewhere,
    expiredToken: issueAccessToken(claims, api.deps.secrets.jwtSecret, yesterday),
    forgedToken: issueAccessToken(claims, "a secret of somebody else, as long", api.clock.now()),
  };
}, 120_000);
afterAll(async () => {
  client.close();
  await api.stop();
});

/** What is wrong with an answer to bad input; undefined when nothing is. */
function faultOf({ statuses }: BadRequest, { status, headers, text }: RawAnswer): string | undefined {
  if (!statuses.includes(status)) return `${status}, not ${statuses.join(" or ")}: ${text.slice(0, 200)}`;
  if (!headers["content-type"]?.startsWith("application/problem+json")) return `no problem document: ${text}`;
  const problem = JSON.parse(text) as Problem;
  if (ERROR_CODES[problem.code]?.status !== status || problem.status !== status)
    return `its code is ${problem.code}`;
  return undefined;
}

async function faultsOf(requests: readonly BadRequest[]): Promise<string[]> {
  const faults: string[] = [];
  const waiting = [...requests];
  const work = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      tried += 1;
      const fault = faultOf(next, await client.send(next.request));
      if (fault !== undefined) faults.push(`${next.what} → ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return faults.sort();
}

describe("bad input", () => {
  it.each([...groupBy(routes, resourceOf)])(
    "is refused by every route of /%s, and changes nothing",
    async (_name, rows) => {
      const requests = rows.flatMap((row) =>
        badRequests(row, world).map((bad) => ({ ...bad, what: `${row.method} ${row.path}: ${bad.what}` })),
      );
      const faults = await faultsOf(requests);
      const before = lastDigest;
      lastDigest = await digestOf(api.connection);
      expect(faults).toEqual([]);
      expect(lastDigest).toEqual(before);
    },
    120_000,
  );

  it("is what was granted under a key and is asked for otherwise", async () => {
    const requests = replays(world);
    expect(requests.length).toBeGreaterThanOrEqual(10);
    expect(await faultsOf(requests)).toEqual([]);
    expect(await digestOf(api.connection)).toEqual(lastDigest);
  });

  it("is tried in many ways, and on rows of another site", () => {
    expect(tried).toBeGreaterThanOrEqual(10 * routes.length);
    const { ids } = world.elsewhere;
    const rows = [
      "sites",
      "buildings",
      "units",
      "households",
      "residents",
      "purchases",
      "tariffs",
      "circuits",
    ];
    expect(rows.filter((name) => !ids.has(name))).toEqual([]);
  });
});
