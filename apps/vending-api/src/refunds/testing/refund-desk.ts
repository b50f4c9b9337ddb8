import { runNextJob } from "../../jobs/run-job.ts";
import { balancedPostings } from "../../ledger/entry.ts";
import { ledgerOf } from "../../ledger/ledger.ts";
import { type LedgerReport, verifyLedger } from "../../ledger/verify-ledger.ts";
import { startTestApi, type TestAnswer, type TestApi } from "../../testing/start-test-api.ts";
import { addTestSite, sampleItem, type TestRoom, type TestSite } from "../../testing/test-site.ts";
import { refundJob } from "../refund-job.ts";

export interface Household {
  status: string;
  circuitIds: string[];
  closedAt?: string;
}
export interface Preview {
  totalMinor: number;
  needsSecondPerson: boolean;
  households: { refundMinor: number; debtMinor: number; problems: { code: string }[] }[];
}
export interface Withdrawal {
  householdId: string;
  phase: string;
  readings: { circuitId: string; state: string; registerWh: number | null; typedBy: string | null }[];
  result: {
    refundMinor: number;
    remainderNano: number;
    forgivenNano: number;
    debtMinor: number;
    keptInMeterMinor: number;
    expired: { commodity: string; amount: number }[];
  } | null;
}
export interface Refund {
  id: string;
  state: string;
  jobId: string | null;
  needsSecondPerson: boolean;
  withdrawals: Withdrawal[];
}
export interface Job {
  id: string;
  state: string;
  done: number;
  failed: number;
}
export interface JobItem {
  itemId: string;
  state: string;
  problem: { code: string } | null;
}
export interface Entry {
  kind: string;
  amountMinor: number;
  balanceAfterMinor: number;
}
/** What is asked of the meters is answered within. */
const ANSWERED_MS = 10_000;

/** Those who settle households that leave a site: one proposes, another approves. */
export class RefundDesk {
  readonly api: TestApi;
  readonly site: TestSite;
  /** May approve what `site.manager` proposed. */
  chief = "";
  /** A manager as `site.manager` is. */
  other = "";
  #keys = 0;
  #rooms = 0;

  constructor(api: TestApi, site: TestSite) {
    this.api = api;
    this.site = site;
  }

  static async open(rooms: number): Promise<RefundDesk> {
    const api = await startTestApi();
    return new RefundDesk(api, await addTestSite(api, { rooms }));
  }

  /** Again after a while: tokens end. */
  async signIn(): Promise<void> {
    const { api, site } = this;
    const reach = { siteIds: [site.siteId] };
    site.manager = await api.tokenFor("property-manager", reach);
    site.administrator = await api.tokenFor("administrator", reach);
    this.chief = await api.tokenFor("campus-admin", reach);
    this.other = await api.tokenFor("property-manager", reach);
  }

  newKey(): string {
    this.#keys += 1;
    return `refund-test-${this.#keys}`;
  }

  /** One that no test has used. */
  nextRoom(): TestRoom {
    const room = this.site.rooms[this.#rooms];
    if (!room) throw new RangeError(`no room ${this.#rooms}`);
    this.#rooms += 1;
    return room;
  }

  async get<Body>(path: string, token = this.site.manager): Promise<Body> {
    return (await this.api.call<Body>("GET", path, { token })).body;
  }

  post<Body = { code: string }>(
    path: string,
    body: unknown,
    token = this.site.manager,
    key = this.newKey(),
  ): Promise<TestAnswer<Body>> {
    return this.api.call<Body>("POST", path, { token, body, idempotencyKey: key });
  }

  async sell({ householdId }: TestRoom, amountMinor: number): Promise<void> {
    const { status, body } = await this.post("/purchases", { householdId, amountMinor, method: "cash" });
    if (status !== 201) throw new Error(`not sold: ${JSON.stringify(body)}`);
  }

  read({ circuitId }: TestRoom, energyWh: number, agoMs = 0): Promise<unknown> {
    return this.site.uplink([
      sampleItem(circuitId, new Date(this.api.clock.now().getTime() - agoMs), energyWh),
    ]);
  }

  async grant({ householdId }: TestRoom, commodity: string, amount: number): Promise<void> {
    const { siteId } = this.site;
    const at = this.api.clock.now();
    const ref = `${householdId}:${commodity}`;
    await ledgerOf(this.api.connection).post({
      siteId,
      householdId,
      refSpace: "grant",
      ref,
      requestHash: ref,
      decide: () => ({
        accept: {
          kind: "grant",
          at,
          by: { id: "grants", name: "Grants" },
          note: "",
          postings: balancedPostings("grant", { siteId, householdId, commodity, amount }),
          details: { lots: [{ grantId: ref, commodity, remaining: amount, expiresAt: null }] },
        },
      }),
    });
  }

  async propose(households: TestRoom[], token = this.site.manager): Promise<Refund> {
    const householdIds = households.map(({ householdId }) => householdId);
    const wish = { householdIds, reason: "Graduated" };
    const { status, body } = await this.post<Refund>("/refunds", wish, token);
    if (status !== 201) throw new Error(`not proposed: ${JSON.stringify(body)}`);
    return body;
  }

  approve(id: string, token = this.chief, key?: string): Promise<TestAnswer<Job & { code?: string }>> {
    return this.post(`/refunds/${id}/approve`, undefined, token, key);
  }

  refundOf(id: string): Promise<Refund> {
    return this.get(`/refunds/${id}`);
  }

  async jobOf(id: string): Promise<Job> {
    return this.get(`/jobs/${(await this.refundOf(id)).jobId}`);
  }

  async itemsOf(id: string): Promise<JobItem[]> {
    return this.get(`/jobs/${(await this.refundOf(id)).jobId}/items`);
  }

  /** Oldest first. */
  async ledgerRows({ householdId }: TestRoom): Promise<Entry[]> {
    return (await this.get<Entry[]>(`/households/${householdId}/ledger`)).reverse();
  }

  async moneyRows(room: TestRoom): Promise<[string, number][]> {
    return (await this.ledgerRows(room)).map(({ kind, amountMinor }) => [kind, amountMinor]);
  }

  run(): Promise<boolean> {
    return runNextJob(this.api.deps, [refundJob]);
  }

  /** The meters answer what the first run asked for. */
  async settle(answers: [TestRoom, number][]): Promise<void> {
    await this.run();
    this.api.clock.advance(ANSWERED_MS);
    for (const [room, energyWh] of answers) await this.read(room, energyWh);
    await this.run();
  }

  async findings(): Promise<LedgerReport["findings"]> {
    return (await verifyLedger(this.api.connection)).findings;
  }
}
