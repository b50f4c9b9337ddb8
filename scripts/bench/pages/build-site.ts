/**
 * A large site: what the pages of a campus have to show. Its network goes through the API; rooms, sales, use, states and alarms
 * are written in bulk, by the API's own models, steps and ledger.
 */
import { createHash } from "node:crypto";
import { connect, readApiSettings, startApi } from "@hallmeter/vending-api";
import type { Connection } from "mongoose";
import { newId } from "../../../apps/vending-api/src/db/model.ts";
import { balancedPostings, type EntryAuthor } from "../../../apps/vending-api/src/ledger/entry.ts";
import { ledgerOf, type PostingRequest } from "../../../apps/vending-api/src/ledger/ledger.ts";
import { type ApiClient, signIn } from "../../start/api-client.ts";
import { addFirstAdministrator } from "../../start/first-administrator.ts";
import { instantOf, localDayOf } from "../../start/history/local-day.ts";
import { storyClock } from "../../start/history/story-clock.ts";
import { newPassword } from "../../start/seed.ts";
import { addPlaces } from "./add-places.ts";
import { addAlarms } from "./fill-alarms.ts";
import { addUse } from "./fill-use.ts";
import type { LargePlaces, LargeSite } from "./large-site.ts";

const CURRENCY = "CNY";
const PURCHASE_MINOR = 6000;
const STEP_MINOR = 500;

export interface SiteWish {
  /** As the API is started with afterwards. */
  apiEnv: NodeJS.ProcessEnv;
  rooms: number;
  /** Days of sales and use before now; 1 or more. */
  days: number;
  alarms: number;
  print: (line: string) => void;
}

/** Fills an empty store. */
export async function buildSite({ apiEnv, rooms, days, alarms, print }: SiteWish): Promise<LargeSite> {
  const begunMs = performance.now();
  const done = (what: string) => print(`${what}: ${((performance.now() - begunMs) / 1000).toFixed(1)} s`);
  const clock = storyClock(instantOf(localDayOf(Date.now()) - days, 8));
  const administrator = { login: "admin", password: newPassword() };
  const settings = readApiSettings({ ...apiEnv, HALLMETER_PORT: "0", LOG_LEVEL: "error" });
  await addFirstAdministrator(settings.mongoUri, administrator, clock.now());
  const connection = await connect(settings.mongoUri);
  const running = await startApi(settings, clock);
  try {
    const api = await signIn(`http://127.0.0.1:${running.port}`, administrator.login, administrator.password);
    const site = await addPlaces(api, connection, { administrator, rooms, openedAt: clock.now() });
    done(`${rooms} rooms`);
    await sellToAll(api, connection, site, clock.now());
    done("a sale to every household");
    await addUse(connection, site, clock.now().getTime());
    done(`${days} days of use`);
    await addAlarms(connection, site, alarms);
    done(`${alarms} alarms`);
    return { ...site, alarms };
  } finally {
    await running.close();
    await connection.close();
  }
}

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");

interface Shift {
  id: string;
  person: EntryAuthor;
  expected: Record<string, number>;
}

/** Everybody buys once, at a till. */
async function sellToAll(
  api: ApiClient,
  connection: Connection,
  { siteId, circuits }: LargePlaces,
  at: Date,
): Promise<void> {
  const till = await api.post<{ id: string }>("/tills", { siteId, name: "Front desk" });
  const { id: shiftId, person: by } = await api.post<Shift>(`/tills/${till.id}/shifts`, { floatMinor: 0 });
  const buyers = circuits.flatMap(({ householdId }) => householdId ?? []);
  const sales = buyers.map((householdId, index): PostingRequest => {
    const amount = PURCHASE_MINOR + (index % 7) * STEP_MINOR;
    const movement = { siteId, householdId, commodity: CURRENCY, amount };
    const postings = balancedPostings("purchase", movement, "cash");
    const details = { method: "cash", shiftId };
    return {
      ...{ siteId, householdId, refSpace: "request", ref: newId(), requestHash: hashOf(householdId) },
      decide: () => ({ accept: { kind: "purchase", at, by, note: "", postings, details } }),
    };
  });
  const outcomes = await ledgerOf(connection).postMany(sales);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  const { expected } = await api.get<Shift>(`/till-shifts/${shiftId}`);
  await api.post(`/till-shifts/${shiftId}/close`, { counted: expected, note: "" });
}
