import type { Balance, BulkAnswer, Household, LoadProfile, User, Why } from "../api/rows.ts";
import { createFakeSite, type FakeSite, purchaseOf, tilesOf } from "./fake-site.ts";

export interface FakeApi {
  handle(request: Request): Promise<Response>;
  /** Told of every change, as the event stream tells it. */
  subscribe(listener: (change: { resource: string; id: string }) => void): () => void;
}

const COOKIE = "hallmeter_refresh";
/** As long as a relay on a 9600 baud bus takes, about. */
const RELAY_DELAY_MS = 1500;

const problem = (status: number, code: string) =>
  Response.json({ type: "about:blank", title: code, status, code, detail: `refused: ${code}` }, { status });

type Row = { id: string };

function page(rows: readonly Row[], url: URL): Response {
  const [from, to] = JSON.parse(url.searchParams.get("range") ?? "[0,24]") as [number, number];
  const filter = JSON.parse(url.searchParams.get("filter") ?? "{}") as Record<string, unknown>;
  const sort = JSON.parse(url.searchParams.get("sort") ?? "null") as [string, string] | null;
  const { q, ...equal } = filter;
  const text = typeof q === "string" ? q.toLowerCase() : "";
  const matches = (row: Record<string, unknown>) =>
    Object.entries(equal).every(([field, value]) => {
      const own =
        field === "circuitId" && "subject" in row
          ? (row.subject as { circuitId?: string }).circuitId
          : row[field];
      return own === undefined || (Array.isArray(value) ? value.includes(own) : own === value);
    }) &&
    (text === "" ||
      JSON.stringify([row.name, row.unitName, row.residents, row.login]).toLowerCase().includes(text));
  const found = rows.filter((row) => matches(row as Record<string, unknown> & Row));
  const ranks = ["info", "low", "medium", "high", "critical"];
  const place = (row: Row) => {
    const value = sort === null ? undefined : (row as unknown as Record<string, unknown>)[sort[0]];
    return sort?.[0] === "severity" ? ranks.indexOf(String(value)) : (value as string | number);
  };
  if (sort !== null)
    found.sort((a, b) => {
      const [x, y] = [place(a), place(b)];
      return (
        (typeof x === "number" && typeof y === "number"
          ? x - y
          : String(x).localeCompare(String(y), "en", { numeric: true })) * (sort[1] === "DESC" ? -1 : 1)
      );
    });
  const shown = found.slice(from, to + 1);
  const range = shown.length === 0 ? "*" : `${from}-${from + shown.length - 1}`;
  return Response.json(shown, { headers: { "Content-Range": `rows ${range}/${found.length}` } });
}

function profileOf(fake: FakeSite, id: string, fromMs: number, toMs: number): LoadProfile {
  const seed = Number(id.replace(/\D/g, ""));
  const quarter = 900_000;
  const intervals: LoadProfile["intervals"] = [];
  for (let at = Math.ceil(fromMs / quarter) * quarter; at < toMs && at < Date.now(); at += quarter) {
    const hour = (at / 3_600_000 + 8) % 24;
    const evening = Math.exp(-((hour - 20.5) ** 2) / 6) * 160 + Math.exp(-((hour - 7.5) ** 2) / 2) * 70;
    const isMissing = (at / quarter + seed) % 61 === 0;
    const wh = Math.round(12 + evening + (((at / quarter) * 7919 + seed * 31) % 29));
    intervals.push({
      at: new Date(at).toISOString(),
      wh: isMissing ? null : wh,
      flag: isMissing ? "missing" : "good",
    });
  }
  return {
    circuitId: fake.circuits.some((circuit) => circuit.id === id) ? id : "",
    intervalMinutes: 15,
    intervals,
  };
}

/** Answers like the API for the pages' own development; never part of a production bundle. */
export function createFakeApi(options: { rooms: number }): FakeApi {
  const fake = createFakeSite(options.rooms);
  const listeners = new Set<(change: { resource: string; id: string }) => void>();
  const publish = (resource: string, id: string) => {
    for (const listener of listeners) listener({ resource, id });
  };
  const answered = new Map<string, string>();
  const lists = {
    sites: () => [fake.site],
    buildings: () => fake.buildings,
    units: () => fake.units,
    households: () => fake.households,
    circuits: () => fake.circuits,
    purchases: () => fake.purchases,
    alarms: () => fake.alarms,
    events: () => fake.events,
    commands: () => fake.commands,
    tariffs: () => fake.tariffs,
    users: () => fake.users,
    buses: () => [1, 2].map((each) => ({ id: `bus${each}`, name: `Bus ${each === 1 ? "East" : "West"}` })),
  } as const satisfies Record<string, () => readonly Row[]>;

  const userOf = (token: string): User | undefined => {
    const found = fake.users.find(({ id }) => token === `token-${id}`);
    if (found === undefined) return undefined;
    const { password: _, ...user } = found;
    return user;
  };
  const granted = (user: User) =>
    Response.json(
      { accessToken: `token-${user.id}`, expiresInS: 900, user },
      {
        headers: { "Set-Cookie": `${COOKIE}=token-${user.id}; HttpOnly; SameSite=Strict; Path=/api/v1/auth` },
      },
    );

  function whyOf(id: string): Why | null {
    const circuit = fake.circuits.find((each) => each.id === id);
    if (circuit === undefined) return null;
    const { relay, intended, presence, keepPower, asOf } = circuit;
    return { id, circuitId: id, relay, intended, presence, keepPower, asOf, holds: fake.holds.get(id) ?? [] };
  }
  const balanceOf = (id: string): Balance => {
    const liveMinor = fake.balances.get(id) ?? 0;
    return {
      id,
      currency: "CNY",
      ledgerMinor: liveMinor + 87,
      accruedMinor: 87,
      liveMinor,
      creditPlace: "server",
      inMeter: null,
      daysLeft: liveMinor > 0 ? liveMinor / 310 : 0,
      asOf: new Date(Date.now() - 2000).toISOString(),
      estimated: false,
    };
  };

  /** Takes holds away and lets the relay follow, as the gateway would. */
  function release(circuitId: string, kinds: readonly string[]): void {
    const circuit = fake.circuits.find(({ id }) => id === circuitId);
    if (circuit === undefined) return;
    setTimeout(() => {
      const left = (fake.holds.get(circuitId) ?? []).filter(({ kind }) => !kinds.includes(kind));
      fake.holds.set(circuitId, left);
      const isOpen = left.some(({ suspended }) => !suspended);
      circuit.relay = isOpen ? "open" : "closed";
      circuit.intended = circuit.relay;
      circuit.asOf = new Date().toISOString();
      publish("circuits", circuitId);
      publish("board", "s1");
    }, RELAY_DELAY_MS);
  }

  function sell(body: { householdId: string; amountMinor: number; method: string; note?: string }): Response {
    const household = fake.households.find(({ id }) => id === body.householdId);
    if (household === undefined) return problem(404, "not-found");
    if (!Number.isInteger(body.amountMinor) || body.amountMinor <= 0) return problem(400, "amount-invalid");
    fake.balances.set(household.id, (fake.balances.get(household.id) ?? 0) + body.amountMinor);
    const purchase = { ...purchaseOf(fake, household.id, body.amountMinor, 0), method: body.method };
    fake.purchases.push(purchase);
    for (const id of household.circuitIds) release(id, ["credit", "reminder"]);
    publish("purchases", purchase.id);
    return Response.json(purchase, { status: 201 });
  }

  function command(
    circuitId: string,
    body: { action: "open"; hold?: string; reason: string },
    user: User,
  ): Response {
    const id = `k${fake.commands.length + 1}`;
    const row = {
      id,
      circuitId,
      action: body.action,
      state: "queued" as "queued" | "confirmed",
      reason: body.reason,
      by: { id: user.id, name: user.name, role: user.roles[0] ?? "" },
      issuedAt: new Date().toISOString(),
      expiresAt: new Date(Date.now() + 120_000).toISOString(),
    };
    fake.commands.push(row);
    if (body.hold !== undefined) release(circuitId, [body.hold]);
    setTimeout(() => {
      row.state = "confirmed";
      publish("commands", id);
    }, RELAY_DELAY_MS * 2);
    return Response.json({ commandId: id }, { status: 202 });
  }

  function bulk(ids: string[], move: (id: string) => boolean): Response {
    const answer: BulkAnswer = { done: [], failed: [] };
    for (const id of ids) {
      if (move(id)) answer.done.push(id);
      else answer.failed.push({ id, code: "wrong-state" });
    }
    publish("alarms", "");
    return Response.json(answer);
  }
  const alarmById = (id: string) => fake.alarms.find((alarm) => alarm.id === id);

  function me(path: string, household: Household | undefined, user: User): Response {
    const unit = fake.units.find(({ id }) => id === household?.unitId) ?? null;
    const circuits = fake.circuits.filter(
      ({ householdId }) => household !== undefined && householdId === household.id,
    );
    if (path === "/me")
      return Response.json({
        user,
        resident: null,
        household: household ?? null,
        unit,
        site: fake.site,
        circuits,
      });
    if (household === undefined) return problem(404, "not-found");
    if (path === "/me/balance") return Response.json(balanceOf(household.id));
    if (path === "/me/why") return Response.json({ circuits: circuits.map(({ id }) => whyOf(id)) });
    const profile = profileOf(fake, circuits[0]?.id ?? "c0", Date.now() - 16 * 3_600_000, Date.now());
    const days = Array.from({ length: 30 }, (_, index) => ({
      day: new Date(Date.now() - (29 - index) * 86_400_000).toISOString().slice(0, 10),
      wh: 3200 + ((index * 7919) % 3600),
      costMinor: 190 + ((index * 4511) % 210),
    }));
    const wh = profile.intervals.reduce((sum, interval) => sum + (interval.wh ?? 0), 0);
    return Response.json({
      today: { wh, costMicro: wh * 568, intervals: profile.intervals },
      days,
      asOf: new Date().toISOString(),
    });
  }

  async function change(path: string, body: Record<string, unknown>, user: User): Promise<Response> {
    const [, first = "", id = "", act = ""] = path.split("/");
    if (path === "/stream-tickets") return Response.json({ ticket: "t", expiresInS: 30 }, { status: 201 });
    if (path === "/purchases") return sell(body as Parameters<typeof sell>[0]);
    if (first === "purchases" && act === "void") {
      const purchase = fake.purchases.find((each) => each.id === id);
      if (purchase === undefined) return problem(404, "not-found");
      if (purchase.voidedAt !== undefined) return problem(409, "already-voided");
      Object.assign(purchase, {
        voidedAt: new Date().toISOString(),
        voidedBy: user.name,
        voidReason: body.reason,
      });
      return Response.json(purchase, { status: 201 });
    }
    if (first === "circuits" && act === "commands")
      return command(id, body as Parameters<typeof command>[1], user);
    if (path === "/me/reminders/acknowledge") {
      const own = fake.households.find((household) => household.id === user.householdId);
      for (const circuitId of own?.circuitIds ?? []) release(circuitId, ["reminder"]);
      return Response.json({ commandIds: [] }, { status: 202 });
    }
    if (first === "alarms")
      return bulk(body.ids as string[], (alarmId) => {
        const alarm = alarmById(alarmId);
        if (alarm === undefined || alarm.state === "cleared") return false;
        if (id === "acknowledge")
          Object.assign(alarm, {
            state: "acknowledged",
            acknowledgedBy: user.name,
            acknowledgedAt: new Date().toISOString(),
            comment: body.comment,
          });
        if (id === "shelve")
          Object.assign(alarm, { state: "shelved", shelvedUntil: body.until, shelveReason: body.reason });
        if (id === "unshelve") alarm.state = "raised";
        return true;
      });
    return problem(404, "not-found");
  }

  function read(path: string, url: URL, user: User): Response {
    const [, resource = "", id = "", view = ""] = path.split("/");
    if (path === "/board") return Response.json({ asOf: new Date().toISOString(), tiles: tilesOf(fake) });
    if (resource === "me")
      return path === "/me/purchases"
        ? page(fake.purchases.slice(0, 4), url)
        : me(
            path,
            fake.households.find((household) => household.id === user.householdId),
            user,
          );
    if (view === "balance") return Response.json(balanceOf(id));
    if (view === "ledger") return page(fake.ledgers.get(id) ?? [], url);
    if (view === "why") return whyOf(id) === null ? problem(404, "not-found") : Response.json(whyOf(id));
    if (view === "live") {
      const live = fake.live.get(id);
      return live === undefined
        ? problem(404, "no-sample-yet")
        : Response.json({ ...live, at: new Date().toISOString() });
    }
    if (view === "profile") {
      const [from, to] = ["from", "to"].map((name) => Date.parse(url.searchParams.get(name) ?? "")) as [
        number,
        number,
      ];
      return Response.json(profileOf(fake, id, from, to));
    }
    if (!Object.hasOwn(lists, resource)) return problem(404, "not-found");
    const rows: readonly Row[] = lists[resource as keyof typeof lists]();
    if (id === "") return page(rows, url);
    const row = rows.find((each) => each.id === id);
    return row === undefined ? problem(404, "not-found") : Response.json(row);
  }

  async function handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const path = url.pathname.replace("/api/v1", "");
    if (path === "/auth/login") {
      const { login, password } = (await request.json()) as { login: string; password: string };
      const user = fake.users.find((each) => each.login === login && each.password === password);
      return user === undefined ? problem(401, "wrong-credentials") : granted(user);
    }
    if (path === "/auth/refresh") {
      const token = new RegExp(`${COOKIE}=([^;]+)`).exec(request.headers.get("Cookie") ?? "")?.[1] ?? "";
      const user = userOf(token);
      return user === undefined ? problem(401, "unauthenticated") : granted(user);
    }
    if (path === "/auth/logout")
      return new Response(null, {
        status: 204,
        headers: { "Set-Cookie": `${COOKIE}=; Path=/api/v1/auth; Max-Age=0` },
      });
    const user = userOf((request.headers.get("Authorization") ?? "").replace("Bearer ", ""));
    if (user === undefined) return problem(401, "unauthenticated");
    if (request.method === "GET") return read(path, url, user);
    const key = request.headers.get("Idempotency-Key");
    const before = key === null ? undefined : answered.get(key);
    if (before !== undefined) return new Response(before, { status: 201 });
    const body = (await request.json().catch(() => ({}))) as Record<string, unknown>;
    const response = await change(path, body, user);
    if (key !== null && response.ok) answered.set(key, await response.clone().text());
    return response;
  }

  return {
    handle,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
