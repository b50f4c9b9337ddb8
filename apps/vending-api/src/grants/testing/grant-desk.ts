import { runNextJob } from "../../jobs/run-job.ts";
import type { ChainHead } from "../../ledger/entry.ts";
import { ledgerOf } from "../../ledger/ledger.ts";
import { type LedgerReport, verifyLedger } from "../../ledger/verify-ledger.ts";
import { postUse } from "../../rating/post-usage.ts";
import { startTestApi, type TestAnswer, type TestApi } from "../../testing/start-test-api.ts";
import { addTestSite, type TestSite } from "../../testing/test-site.ts";
import { grantReversalJob, grantRunJob } from "../grant-jobs.ts";

export interface Job {
  id: string;
  state: string;
  total: number;
  done: number;
  failed: number;
}
export interface Preview {
  totalAmount: number;
  commodity: string;
  granted: { householdId: string; amount: number; residents: number }[];
  leftOut: { householdId: string; reason: string }[];
}
export interface Run {
  id: string;
  month: string;
  job: Job | null;
  reversal: { reason: string; job: Job | null } | null;
}
export interface Grant {
  householdId: string;
  amount: number;
  commodity: string;
  expiresAt: string | null;
  expired: number;
  takenBack: number;
}

/** The month in which test clocks stand. */
export const MONTH = "2040-03";
export const POLICY = {
  gift: { kind: "money", amountMinor: 1500, per: "household" },
  audience: { kind: "everyone" },
  dayOfMonth: 5,
  excludedMonths: [5],
  carry: { kind: "none" },
  expiry: { kind: "never" },
  validFrom: "2040-01-01",
  isAutomatic: false,
} as const;

/** A campus administrator at work on a site with some households. Calls throw when the API answers another status than expected. */
export class GrantDesk {
  readonly api: TestApi;
  readonly site: TestSite;
  #campus = "";
  #keys = 0;

  constructor(api: TestApi, site: TestSite) {
    this.api = api;
    this.site = site;
  }

  static async open(rooms: number): Promise<GrantDesk> {
    const api = await startTestApi();
    const desk = new GrantDesk(api, await addTestSite(api, { rooms }));
    await desk.signIn();
    return desk;
  }

  /** Again after a while: tokens end. */
  async signIn(): Promise<void> {
    const reach = { siteIds: [this.site.siteId] };
    this.#campus = await this.api.tokenFor("campus-admin", reach);
    this.site.manager = await this.api.tokenFor("property-manager", reach);
    this.site.administrator = await this.api.tokenFor("administrator", reach);
  }

  newKey(): string {
    this.#keys += 1;
    return `grant-key-${this.site.siteId}-${this.#keys}`;
  }

  call<Body>(
    method: string,
    path: string,
    body?: unknown,
    { token = this.#campus, key = this.newKey() }: { token?: string; key?: string } = {},
  ): Promise<TestAnswer<Body>> {
    return this.api.call<Body>(method, path, { token, body, idempotencyKey: key });
  }

  async #ask<Body>(status: number, method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await this.call<Body>(method, path, body);
    if (answer.status !== status) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async newPolicy(change: object = {}, name = `Policy ${this.newKey()}`): Promise<string> {
    const body = { siteId: this.site.siteId, name, ...POLICY, ...change };
    return (await this.#ask<{ id: string }>(201, "POST", "/grant-policies", body)).id;
  }

  preview(policyId: string, month = MONTH): Promise<Preview> {
    return this.#ask(200, "POST", "/grant-runs", { policyId, month, dryRun: true });
  }

  start(policyId: string, month = MONTH, key = this.newKey()): Promise<TestAnswer<Job & { code?: string }>> {
    return this.call("POST", "/grant-runs", { policyId, month }, { key });
  }

  /** What the processes' runners do. */
  async work(): Promise<void> {
    while (await runNextJob(this.api.deps, [grantRunJob, grantReversalJob]));
  }

  async run(policyId: string, month = MONTH): Promise<Job> {
    const { id } = await this.#ask<Job>(202, "POST", "/grant-runs", { policyId, month });
    await this.work();
    return this.job(id);
  }

  async reverse(policyId: string, reason = "wrong amount"): Promise<Job> {
    const path = `/grant-runs/${policyId}.${MONTH}/reverse`;
    const { id } = await this.#ask<Job>(202, "POST", path, { reason });
    await this.work();
    return this.job(id);
  }

  job(id: string): Promise<Job> {
    return this.#ask(200, "GET", `/jobs/${id}`);
  }

  runOf(policyId: string, month = MONTH): Promise<Run> {
    return this.#ask(200, "GET", `/grant-runs/${policyId}.${month}`);
  }

  grantsOf(policyId: string, month = MONTH): Promise<Grant[]> {
    return this.#ask(200, "GET", `/grant-runs/${policyId}.${month}/grants`);
  }

  homeAt(index: number): string {
    const room = this.site.rooms[index];
    if (!room) throw new RangeError(`no room ${index}`);
    return room.householdId;
  }

  head(index: number): Promise<ChainHead> {
    return ledgerOf(this.api.connection).head({
      siteId: this.site.siteId,
      householdId: this.homeAt(index),
    });
  }

  /** Money of each household. */
  balances(): Promise<number[]> {
    return Promise.all(this.site.rooms.map(async (_, index) => (await this.head(index)).balance.CNY ?? 0));
  }

  /** Energy at ten minor units a kWh. */
  async use(index: number, wh: number): Promise<void> {
    const now = this.api.clock.now();
    const use = {
      usedFrom: now.toISOString(),
      wh,
      energyNano: wh * 100_000,
      fixedNano: 0,
      blockPeriod: null,
      terms: { blocks: null, taxPpm: 0 },
      nanoPerMinor: 10_000_000,
      currency: "CNY",
    };
    const whose = { siteId: this.site.siteId, householdId: this.homeAt(index), ref: this.newKey() };
    await postUse(ledgerOf(this.api.connection), { ...whose, source: {}, use }, now);
  }

  async findings(): Promise<LedgerReport["findings"]> {
    return (await verifyLedger(this.api.connection)).findings;
  }
}
