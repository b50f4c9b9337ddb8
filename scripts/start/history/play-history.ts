/**
 * The weeks before the first start, told to the API in their order and at their time: whatever the demonstration shows of the
 * past went the way that everything goes.
 */
import { flatScheme } from "@hallmeter/meter-model";
import { type ApiClient, signIn } from "../api-client.ts";
import { DEMO_TARIFFS } from "../demo-site.ts";
import { pastUseOf, pastUseOfMaster } from "../demo-use.ts";
import {
  type DemoLogin,
  moveInAtMeters,
  type SeededRoom,
  type SeededSite,
  SUBSIDISED,
  seedSite,
} from "../seed.ts";
import { type Desk, METHODS, openDesk } from "./desk.ts";
import { DAY_MS, instantOf, localDayOf, MINUTE_MS, monthOf, nextMonth } from "./local-day.ts";
import type { StoryClock } from "./story-clock.ts";
import { type StoryCircuit, type StoryGateway, storyGateway } from "./story-gateway.ts";

/** The desk is open every third day, and was so yesterday. */
const DESK_EVERY_DAYS = 3;
const FLOAT_MINOR = 20_000;
/** Of late the gateway read by the quarter of an hour; before that every two hours, which a first start has the time for. */
const FINE_DAYS = 7;
const COARSE_QUARTERS = 8;
/** Who has less than that, or fewer days left, comes to the desk. */
const LOW_MINOR = 600;
const LOW_DAYS = 4;
/** What rooms with a given balance buy at first; from then on as little as they need. */
const SMALL_MINOR = 100;
/** Jobs of the API run beside the story, which waits for them. */
const LOOK_MS = 20;
const MOST_LOOKS = 500;

/** Days before the first start on which something is told. */
const TOLD = {
  adjusted: 30,
  vacated: 12,
  batteryLow: 9,
  coverOpened: 6,
  toppedUp: 5,
  unitSilent: 3,
} as const;

interface Row {
  id: string;
}
interface Tile {
  householdId: string | null;
  balanceMinor: number | null;
  daysLeft: number | null;
}

/** Everything that a day of the story needs. */
interface Story {
  clock: StoryClock;
  site: SeededSite;
  gateway: StoryGateway;
  circuits: StoryCircuit[];
  as: Record<DemoLogin["role"], ApiClient>;
  resident(room: string): Promise<ApiClient>;
  tillId: string;
  beganMs: number;
  endMs: number;
}

export interface HistoryOptions {
  origin: string;
  /** At `storyBegin`. */
  clock: StoryClock;
  administrator: { login: string; password: string };
  startedAt: Date;
  days: number;
}

/** In the morning of the first day of `days` before the first start. */
export const storyBegin = (startedAt: Date, days: number): number =>
  Math.min(instantOf(localDayOf(startedAt.getTime()) - days, 8), startedAt.getTime() - 2 * 60 * MINUTE_MS);

/** Seeds the site and lives through its days. Afterwards the clock shows the first start. */
export async function playHistory(options: HistoryOptions): Promise<SeededSite> {
  const story = await beginStory(options);
  const { clock, endMs } = story;
  const today = localDayOf(endMs);
  for (let day = today - options.days; day <= today; day += 1) await liveDay(story, day, options.days);
  await finishStory(story);
  clock.moveTo(endMs);
  return story.site;
}

async function beginStory({ origin, clock, administrator, startedAt }: HistoryOptions): Promise<Story> {
  const endMs = startedAt.getTime();
  const beganAt = clock.now();
  const api = await signIn(origin, administrator.login, administrator.password);
  const site = await seedSite(api, administrator, { beganAt, startedAt });
  const as: Story["as"] = { administrator: api };
  for (const { role, login, password, room } of site.logins)
    if (room === undefined && role !== "administrator") as[role] = await signIn(origin, login, password);
  const gateway = storyGateway(origin, site.gateway.token, clock.now);
  const circuits = [
    ...site.rooms.map(
      ({ room, circuitId }): StoryCircuit => ({
        circuitId,
        phases: room.variant === "three-phase" ? 3 : 1,
        past: pastUseOf(room, beganAt.getTime(), endMs),
      }),
    ),
    ...site.masterCircuitIds.map(
      (circuitId, building): StoryCircuit => ({
        circuitId,
        phases: 3,
        past: pastUseOfMaster(building, beganAt.getTime(), endMs),
      }),
    ),
  ];
  const { id: tillId } = await api.post<Row>("/tills", { siteId: site.siteId, name: "Front desk" });
  await api.post<Row>("/tills", { siteId: site.siteId, name: "Evening desk" });
  const story: Story = {
    clock,
    site,
    gateway,
    circuits,
    as,
    resident: (room) => signInResident(origin, site, room),
    tillId,
    beganMs: beganAt.getTime(),
    endMs,
  };
  await openGrants(story);
  return story;
}

function signInResident(origin: string, { logins }: SeededSite, room: string): Promise<ApiClient> {
  const login = logins.find((candidate) => candidate.room === room);
  if (!login) throw new RangeError(`nobody of room ${room} has a login`);
  return signIn(origin, login.login, login.password);
}

const campus = (story: Story) => clientOf(story, "campus-admin");
const manager = (story: Story) => clientOf(story, "property-manager");

function clientOf({ as }: Story, role: string): ApiClient {
  const client = as[role];
  if (!client) throw new RangeError(`nobody is ${role}`);
  return client;
}

/** The first month is granted by hand, the others by themselves. */
async function openGrants(story: Story): Promise<void> {
  const { site, beganMs } = story;
  const month = monthOf(localDayOf(beganMs));
  const policy = await campus(story).post<Row>("/grant-policies", {
    siteId: site.siteId,
    name: "Free basic electricity",
    audience: { kind: "tags", tags: [SUBSIDISED] },
    gift: { kind: "energy", wh: 8000, per: "household" },
    dayOfMonth: 1,
    carry: { kind: "none" },
    expiry: { kind: "never" },
    validFrom: `${month}-01`,
  });
  const job = await campus(story).post<Row>("/grant-runs", { policyId: policy.id, month });
  await whenDone(story, "the grant run", async () => {
    const { state } = await campus(story).get<{ state: string }>(`/jobs/${job.id}`);
    return state === "done";
  });
}

async function liveDay(story: Story, day: number, days: number): Promise<void> {
  const { clock, endMs } = story;
  const daysLeft = localDayOf(endMs) - day;
  const isFirst = daysLeft === days;
  const deskMs = Math.min(instantOf(day, 9), endMs - 90 * MINUTE_MS);
  clock.moveTo(Math.max(clock.now().getTime(), deskMs));
  if (isFirst || daysLeft === 0 || daysLeft % DESK_EVERY_DAYS === 1) await keepDesk(story, daysLeft, isFirst);
  await tellEvents(story, daysLeft, days);
  if (daysLeft > 0) await closeDay(story, day);
}

/** The day's readings, then what falls due behind midnight: usage, grants, expiry. */
async function closeDay(story: Story, day: number): Promise<void> {
  const { clock, gateway, circuits, endMs } = story;
  const midnightMs = instantOf(day + 1);
  const isLate = localDayOf(endMs) - day <= FINE_DAYS;
  const month = monthOf(day + 1);
  const isNewMonth = month !== monthOf(day);
  clock.moveTo(midnightMs + MINUTE_MS);
  await gateway.sendReadings(circuits, midnightMs, isLate ? 1 : COARSE_QUARTERS);
  clock.moveTo(midnightMs + 31 * MINUTE_MS);
  if (isLate || isNewMonth) clock.runDue();
  if (!isNewMonth) return;
  await whenDone(story, `the grants of ${month}`, async () => {
    const filter = encodeURIComponent(JSON.stringify({ month }));
    const [run] = await campus(story).get<{ job: { state: string } | null }[]>(
      `/grant-runs?filter=${filter}`,
    );
    return run?.job?.state === "done";
  });
}

/** Waits beside the story's time for what the API's own jobs do. */
async function whenDone(story: Story, what: string, isDone: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    if (await isDone()) return;
    story.clock.runDue();
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
  throw new Error(`the history waits in vain for ${what}`);
}

async function keepDesk(story: Story, daysLeft: number, isFirst: boolean): Promise<void> {
  const desk = openDesk(manager(story), story.tillId);
  await desk.open(FLOAT_MINOR);
  const tiles = await board(story);
  for (const [index, room] of story.site.rooms.entries()) {
    const tile = tiles.get(room.householdId ?? "");
    if (room.householdId === null || !tile) continue;
    const amountMinor = wishOf(story, room, tile, { daysLeft, isFirst });
    if (amountMinor <= 0) continue;
    story.clock.moveTo(story.clock.now().getTime() + 20_000);
    await desk.sell(room.householdId, amountMinor, METHODS[(index + daysLeft) % METHODS.length] ?? "cash");
  }
  if (daysLeft === 0) return;
  await keepBooks(story, desk, daysLeft);
}

/** What else a desk does in a day: a mistyped sale, cash to the bank, a drawer that does not agree. */
async function keepBooks(story: Story, desk: Desk, daysLeft: number): Promise<void> {
  const room = story.site.rooms.find(({ room: { name } }) => name === "203");
  if (daysLeft % 4 === 0 && room?.householdId) {
    const { id } = await desk.sell(room.householdId, 50_000, "cash");
    await desk.void(id, "Typed 500.00 instead of 50.00");
  }
  if (daysLeft % 5 === 1) await desk.moveCash("cash-out", 10_000, "To the bank");
  story.clock.moveTo(story.clock.now().getTime() + 5 * MINUTE_MS);
  const missingMinor = daysLeft % 7 === 0 ? 500 : daysLeft % 8 === 0 ? -100 : 0;
  await desk.close(missingMinor, missingMinor === 0 ? "" : "Counted twice");
}

async function board({ as, site }: Story): Promise<Map<string, Tile>> {
  const { tiles } = (await as.administrator?.get<{ tiles: Tile[] }>(`/board?siteId=${site.siteId}`)) ?? {
    tiles: [],
  };
  return new Map(tiles.flatMap((tile) => (tile.householdId ? [[tile.householdId, tile]] : [])));
}

/** Minor units that a household wants to buy; nothing when it has enough. */
function wishOf(
  story: Story,
  { room, circuitId }: SeededRoom,
  tile: Tile,
  { daysLeft, isFirst }: { daysLeft: number; isFirst: boolean },
): number {
  const balanceMinor = tile.balanceMinor ?? 0;
  if (room.startMinor !== undefined) {
    if (isFirst) return SMALL_MINOR;
    // Enough for the days that are left and not a cent more: the last purchase then makes it what it shall be.
    return daysLeft === 0 ? 0 : costAhead(story, circuitId) - balanceMinor - SMALL_MINOR / 4;
  }
  const usual = room.household?.purchaseMinor ?? 3000;
  if (isFirst) return usual;
  const isLow = balanceMinor < LOW_MINOR || (tile.daysLeft ?? LOW_DAYS + 1) <= LOW_DAYS;
  return isLow ? usual + 500 * (daysLeft % 4) : 0;
}

/** What a room with a given balance uses until the next time that the desk is open, at the flat price. */
function costAhead({ circuits, clock, endMs }: Story, circuitId: string): number {
  const circuit = circuits.find((candidate) => candidate.circuitId === circuitId);
  const nowMs = clock.now().getTime();
  const wh = circuit?.past.usedWh(nowMs, Math.min(nowMs + DESK_EVERY_DAYS * DAY_MS, endMs)) ?? 0;
  return Math.floor((wh * FLAT_MICRO_PER_KWH) / 1000 / 10_000);
}
const FLAT_MICRO_PER_KWH = DEMO_TARIFFS[0]?.tariff.rates[0]?.priceMicroPerKWh ?? 0;

async function tellEvents(story: Story, daysLeft: number, days: number): Promise<void> {
  const isToday = (before: number) => daysLeft === Math.min(before, days - 1);
  if (isToday(TOLD.adjusted)) await adjust(story);
  if (isToday(TOLD.vacated)) await vacate(story);
  if (isToday(TOLD.batteryLow)) await raise(story, "meter-battery", "low", 1, "raised");
  if (isToday(TOLD.coverOpened)) await raise(story, "meter-cover-open", "high", 0, "raised");
  if (isToday(TOLD.unitSilent)) await raise(story, "meter-cover-open", "high", 0, "cleared");
  if (isToday(TOLD.toppedUp)) await topUp(story);
}

/** A correction that one proposes and another approves. */
async function adjust(story: Story): Promise<void> {
  const room = story.site.rooms.find(({ room: { name } }) => name === "204");
  const { id } = await manager(story).post<Row>("/adjustments", {
    householdId: room?.householdId,
    amountMinor: 1000,
    reason: "Two days without power while the riser was repaired",
  });
  await campus(story).post(`/adjustments/${id}/approve`, {});
}

/** A household leaves with a refund, read by the gateway, approved by a second person. */
async function vacate(story: Story): Promise<void> {
  const { clock, gateway, circuits } = story;
  const leaving = story.site.rooms.find(({ room }) => room.formerHousehold !== undefined);
  const { id } = await manager(story).post<Row>("/refunds", {
    householdIds: [leaving?.householdId],
    reason: "Moved to another campus",
  });
  const job = await campus(story).post<Row>(`/refunds/${id}/approve`, {});
  await whenDone(story, "the refund", async () => {
    clock.moveTo(clock.now().getTime() + 1000);
    await gateway.answerReads(circuits, clock.now().getTime());
    const { state } = await campus(story).get<{ state: string }>(`/jobs/${job.id}`);
    return state === "done";
  });
  if (leaving) leaving.householdId = null;
}

async function raise(
  { site, gateway, clock, as }: Story,
  kind: "meter-battery" | "meter-cover-open",
  severity: "low" | "high",
  building: number,
  state: "raised" | "cleared",
): Promise<void> {
  const meterId = site.meterIds[building] ?? "";
  const key = `${kind}:${meterId}`;
  const at = clock.now().toISOString();
  await gateway.send([
    {
      type: "alarm",
      key,
      at,
      kind,
      state,
      severity,
      subject: { meterId, busId: site.busIds[building] ?? "" },
      params: {},
    },
  ]);
  if (kind !== "meter-cover-open" || state === "cleared") return;
  const alarms = await as.maintenance?.get<(Row & { kind: string })[]>("/alarms");
  const ids = alarms?.filter((alarm) => alarm.kind === kind).map(({ id }) => id);
  await as.maintenance?.post("/alarms/acknowledge", { ids, comment: "Ours: the seal is renewed this week" });
}

async function topUp(story: Story): Promise<void> {
  const resident = await story.resident("103");
  const { redirectUrl } = await resident.post<{ redirectUrl: string }>("/me/top-ups", { amountMinor: 5000 });
  const paid = await fetch(`${redirectUrl}/pay`, { method: "POST" });
  if (!paid.ok) throw new Error(`the sandbox answers ${paid.status}`);
}

/** The morning of the first start: balances as their rooms want them, what waits for somebody, and what is to come. */
async function finishStory(story: Story): Promise<void> {
  const { clock, gateway, circuits, endMs, site } = story;
  const toMs = endMs - 5 * MINUTE_MS;
  clock.moveTo(toMs);
  await gateway.sendReadings(circuits, toMs, 1);
  const tiles = await board(story);
  for (const { room, householdId } of site.rooms) {
    if (room.startMinor === undefined || householdId === null) continue;
    const missingMinor = room.startMinor - (tiles.get(householdId)?.balanceMinor ?? 0);
    if (missingMinor <= 0) throw new RangeError(`room ${room.name} has ${-missingMinor} too much`);
    await manager(story).post("/purchases", { householdId, amountMinor: missingMinor, method: "cash" });
  }
  const graduates = site.rooms.filter(({ room }) => ["505", "506"].includes(room.name));
  await manager(story).post("/refunds", {
    householdIds: graduates.map(({ householdId }) => householdId),
    reason: "Graduation",
  });
  await announcePrices(story);
  await moveInAtMeters(clientOf(story, "administrator"), site);
  await setUpMails(story);
  clock.runDue();
}

/** From next month on a little dearer: the version waits for its day. */
async function announcePrices(story: Story): Promise<void> {
  const effectiveFrom = new Date(instantOf(nextMonth(localDayOf(story.endMs)))).toISOString();
  const tariff = flatScheme(FLAT_MICRO_PER_KWH + 20_000);
  await campus(story).post(`/tariffs/${story.site.tariffIds[0]}/versions`, { tariff, effectiveFrom });
}

/** Mails go to files beside the logs. */
async function setUpMails(story: Story): Promise<void> {
  const settings = (name: string) => ({ email: `${name}@example.org`, channels: ["email"] });
  await manager(story).patch("/me/notification-settings", settings("manager"));
  await clientOf(story, "maintenance").patch("/me/notification-settings", settings("maintenance"));
  await (await story.resident("105")).patch("/me/notification-settings", settings("room105"));
}
