import { randomUUID } from "node:crypto";
import { ensureIndexes } from "@hallmeter/vending-api";
import { z } from "zod";
import type { Random } from "../../../apps/bus-gateway/src/testing/simulation/random.ts";
import { issueAccessToken } from "../../../apps/vending-api/src/users/access-token.ts";
import { userModel } from "../../../apps/vending-api/src/users/user.model.ts";
import { startTestDatabase, type TestDatabase } from "../../support/test-database.ts";
import { type Answer, ApiProcess, JWT_SECRET } from "./api-process.ts";

export type Who = "administrator" | "clerk" | "second-clerk";
const ROLES = {
  administrator: ["administrator"],
  clerk: ["campus-admin", "property-manager"],
  "second-clerk": ["campus-admin", "maintenance"],
} as const;

export interface Ask {
  method: string;
  path: string;
  body?: unknown;
  key?: string;
  who?: Who;
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
  readonly #userIds = new Map<Who, string>();
  readonly #tokens = new Map<Who, { token: string; atMs: number }>();
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

  private constructor(database: TestDatabase, process: ApiProcess, random: Random, nowMs: number) {
    this.#database = database;
    this.#process = process;
    this.random = random;
    this.nowMs = nowMs;
  }

  static async start(random: Random, nowMs: number, canDie: boolean): Promise<Server> {
    const database = await startTestDatabase();
    const process = await ApiProcess.start(database.uri, nowMs, canDie);
    await ensureIndexes(process.connection);
    const server = new Server(database, process, random, nowMs);
    await server.#addUsers();
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
  async ask({ method, path, body, key, who = "administrator" }: Ask): Promise<Answer> {
    for (;;) {
      const process = this.#process;
      this.requests += 1;
      const answer = await process.request({
        method,
        path,
        token: path.startsWith("/gateway/") ? this.gatewayToken : this.#token(who),
        body,
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

  #token(who: Who): string {
    const known = this.#tokens.get(who);
    if (known !== undefined && this.nowMs - known.atMs < TOKEN_USED_MS) return known.token;
    const claims = { userId: this.#userIds.get(who) ?? "", sessionId: "simulation", sessionEpoch: 0 };
    const token = issueAccessToken(claims, JWT_SECRET, new Date(this.nowMs));
    this.#tokens.set(who, { token, atMs: this.nowMs });
    return token;
  }

  async #addUsers(): Promise<void> {
    for (const [who, roles] of Object.entries(ROLES)) {
      const id = randomUUID();
      await userModel(this.connection).create({
        _id: id,
        login: who,
        name: who,
        passwordHash: "nobody signs in with it",
        roles: [...roles],
        siteIds: ["*"],
        householdId: null,
        locale: "en",
        status: "active",
        sessionEpoch: 0,
        createdAt: new Date(this.nowMs),
      });
      this.#userIds.set(who as Who, id);
    }
  }
}
