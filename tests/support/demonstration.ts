import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ApiClient, signIn } from "../../scripts/start/api-client.ts";
import type { DemoLogin } from "../../scripts/start/seed.ts";
import { type Demonstration, startDemonstration } from "../../scripts/start/start.ts";

export interface TestDemonstration extends Demonstration {
  dataFolder: string;
  logins: DemoLogin[];
  /** Signs in once for all who ask: a password takes the API a tenth of a second to check. */
  as(role: string, room?: string): Promise<ApiClient>;
  remove(): Promise<void>;
}

/** As little as has a shift of yesterday: what a test of the present needs of the past. */
const HISTORY_DAYS = 2;

/** The demonstration in a folder of its own, on a free port. */
export async function startTestDemonstration(historyDays = HISTORY_DAYS): Promise<TestDemonstration> {
  const dataFolder = await mkdtemp(join(tmpdir(), "hallmeter-demonstration-"));
  const demonstration = await startDemonstration({
    dataFolder,
    port: 0,
    historyDays,
    env: withoutOwnSettings(process.env),
    print: () => {},
  });
  const logins = readLogins(dataFolder);
  const signedIn = new Map<string, Promise<ApiClient>>();
  return {
    ...demonstration,
    dataFolder,
    logins,
    as(role, room) {
      const who = `${role} ${room}`;
      const api = signedIn.get(who) ?? signInAs(demonstration.origin, logins, role, room);
      signedIn.set(who, api);
      return api;
    },
    remove: () => rm(dataFolder, { recursive: true, force: true }),
  };
}

export function readLogins(dataFolder: string): DemoLogin[] {
  return JSON.parse(readFileSync(join(dataFolder, "demo-logins.json"), "utf8")) as DemoLogin[];
}

export function signInAs(
  origin: string,
  logins: DemoLogin[],
  role: string,
  room?: string,
): Promise<ApiClient> {
  const login = logins.find((candidate) => candidate.role === role && candidate.room === room);
  if (!login) throw new RangeError(`no login for ${role} ${room ?? ""}`);
  return signIn(origin, login.login, login.password);
}

/** A developer's own MONGODB_URI or port must not reach into a test. */
export function withoutOwnSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const {
    MONGODB_URI: _uri,
    HALLMETER_DATA: _data,
    HALLMETER_PORT: _port,
    HALLMETER_JWT_SECRET: _secret,
    ...rest
  } = env;
  return rest;
}

export interface CircuitRow {
  id: string;
  name: string;
  householdId: string | null;
  relay: "closed" | "open" | "unknown";
  intended: "closed" | "open";
}

export interface Why {
  relay: string;
  intended: string;
  holds: {
    kind: string;
    rank: number;
    reason: string;
    since: string;
    releasedBy: string;
    suspended: boolean;
  }[];
}

export async function circuitOf(api: ApiClient, room: string): Promise<CircuitRow> {
  const circuits = await api.get<CircuitRow[]>("/circuits?range=[0,999]");
  const circuit = circuits.find(({ name }) => name === room);
  if (!circuit) throw new RangeError(`no circuit ${room}`);
  return circuit;
}

export const whyOf = async (api: ApiClient, room: string): Promise<Why> =>
  api.get<Why>(`/circuits/${(await circuitOf(api, room)).id}/why`);
