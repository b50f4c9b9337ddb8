import { randomUUID } from "node:crypto";
import { connect, ensureIndexes } from "@hallmeter/vending-api";
import type { Connection } from "mongoose";
import { z } from "zod";
import type { Random } from "../../../apps/bus-gateway/src/testing/simulation/random.ts";
import { issueAccessToken } from "../../../apps/vending-api/src/users/access-token.ts";
import { type PersonRole, userModel } from "../../../apps/vending-api/src/users/user.model.ts";
import { startTestDatabase, type TestDatabase } from "../../support/test-database.ts";
import { type Answer, ApiProcess, JWT_SECRET } from "./api-process.ts";

type Staff = "administrator" | "clerk" | "second-clerk";
/** Staff, or the resident of a household by its id. */
export type Who = Staff | { residentOf: string };
const ROLES = {
  administrator: ["administrator"],
  clerk: ["campus-admin", "property-manager"],
  "second-clerk": ["campus-admin", "maintenance"],
} as const satisfies Record<Staff, readonly PersonRole[]>;

export interface Ask {
  method: string;
  path: string;
  body?: unknown;
  key?: string;
  who?: Who;
  /** What a provider proves its message with, made anew each time it is sent. */
  sign?: (bytes: Buffer, at: Date) => Record<string, string>;
}

/** Between a death and the next start: leases run out. */
const SHORTEST_OUTAGE_MS = 61_000;
const LONGEST_OUTAGE_MS = 15 * 60_000;

/** They end after 15 minutes. */
const TOKEN_USED_MS = 10 * 60_000;

/** The server side of a campus: one process of the API after the other, on one store. */
export class Server {
  readonly random: Random;
  readonly #database: TestDatabase;
  /** To the store past every process: nobody cuts it. */
  readonly aside: Connection;
  readonly #userIds = new Map<string, Promise<string>>();
  readonly #tokens = new Map<string, { token: string; atMs: number }>();
  readonly #dead: Promise<void>[] = [];
  #process: ApiProcess;
  #restart: Promise<void> | null = null;
  #keys = 0;
  #operationsBefore = 0;
  nowMs: number;
  /** A gateway asks with a token of its own. */
  gatewayToken = "";
  deaths = 0;
  requests = 0;

  private constructor(
    store: { database: TestDatabase; aside: Connection },
    process: ApiProcess,
    random: Random,
    nowMs: number,
  ) {
    this.#database = store.database;
    this.aside = store.aside;
    this.#process = process;
    this.random = random;
    this.nowMs = nowMs;
  }

  static async start(random: Random, nowMs: number, canDie: boolean): Promise<Server> {
    const database = await startTestDatabase({ here: true });
    const process = await ApiProcess.start(database.uri, nowMs, canDie);
    await ensureIndexes(process.connection);
    const aside = await connect(database.uri);
    const server = new Server({ database, aside }, process, random, nowMs);
    return server;
  }

  get connection() {
    return this.#process.connection;
  }

  get operations(): number {
    return this.#operationsBefore + this.#process.link.operations;
  }

  newKey(): string {
    this.#keys += 1;
    return `key-${this.#keys}`;
  }

  advance(byMs: number): void {
    this.nowMs += byMs;
    // What looks every second looks once.
    this.#process.clock.sleep(byMs);
  }

  /** The process dies within its next operations, unless it has done all that was asked before. */
  threaten(): void {
    this.#process.link.cutAfter(this.random.integer(1, 60), this.random.chance(0.5));
  }

  spare(): void {
    this.#process.link.spare();
  }

  /** Asks until somebody answers, with the same key and body, as a client does. */
  async ask({ method, path, body, key, who = "administrator", sign }: Ask): Promise<Answer> {
    const userId = await this.#userIdOf(who);
    const bytes = Buffer.from(JSON.stringify(body) ?? "");
    for (;;) {
      const process = this.#process;
      this.requests += 1;
      const answer = await process.request({
        method,
        path,
        token: path.startsWith("/gateway/") ? this.gatewayToken : this.#token(userId),
        body,
        ...(sign === undefined ? {} : { headers: sign(bytes, new Date(this.nowMs)) }),
        ...(key === undefined ? {} : { idempotencyKey: key }),
      });
      if (answer !== "cut") return answer;
      await this.#startAnew(process);
    }
  }

  /** Asks for what must be given. */
  async need<T>(schema: z.ZodType<T>, ask: Ask): Promise<T> {
    const { status, body } = await this.ask(ask);
    if (status >= 300) throw new Error(`${ask.method} ${ask.path}: ${status} ${JSON.stringify(body)}`);
    return schema.parse(body);
  }

  async add(path: string, body: object): Promise<string> {
    return (await this.need(z.object({ id: z.string() }), { method: "POST", path, body })).id;
  }

  /** Sweeps and jobs, until they are through without a death. `before` each attempt. */
  async work(before: () => void): Promise<void> {
    for (;;) {
      before();
      const process = this.#process;
      if ((await process.work()) === "done") return;
      await this.#startAnew(process);
    }
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    await Promise.all(this.#dead);
    await this.aside.close(true);
    await this.#database.stop();
  }

  /** Everybody who lost the same process waits for the same next one. */
  #startAnew(dead: ApiProcess): Promise<void> {
    if (dead !== this.#process) return Promise.resolve();
    this.#restart ??= this.#replace(dead).finally(() => {
      this.#restart = null;
    });
    return this.#restart;
  }

  async #replace(dead: ApiProcess): Promise<void> {
    this.deaths += 1;
    this.#dead.push(dead.stop());
    this.#operationsBefore += dead.link.operations;
    this.nowMs += this.random.integer(SHORTEST_OUTAGE_MS, LONGEST_OUTAGE_MS);
    const next = await ApiProcess.start(this.#database.uri, this.nowMs, true);
    if ((await next.catchUp()) === "cut") throw new Error("nobody cut this one");
    this.#process = next;
  }

  #token(userId: string): string {
    const known = this.#tokens.get(userId);
    if (known !== undefined && this.nowMs - known.atMs < TOKEN_USED_MS) return known.token;
    const claims = { userId, sessionId: "simulation", sessionEpoch: 0 };
    const token = issueAccessToken(claims, JWT_SECRET, new Date(this.nowMs));
    this.#tokens.set(userId, { token, atMs: this.nowMs });
    return token;
  }

  /** Whoever asks for the first time is known from then on. */
  #userIdOf(who: Who): Promise<string> {
    const name = typeof who === "string" ? who : `resident of ${who.residentOf}`;
    const known = this.#userIds.get(name) ?? this.#addUser(name, who);
    this.#userIds.set(name, known);
    return known;
  }

  async #addUser(name: string, who: Who): Promise<string> {
    const id = randomUUID();
    await userModel(this.aside).create({
      _id: id,
      login: name,
      name,
      passwordHash: "nobody signs in with it",
      roles: typeof who === "string" ? [...ROLES[who]] : ["resident"],
      siteIds: ["*"],
      householdId: typeof who === "string" ? null : who.residentOf,
      locale: "en",
      status: "active",
      sessionEpoch: 0,
      createdAt: new Date(this.nowMs),
    });
    return id;
  }
}
