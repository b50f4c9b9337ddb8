import { connect } from "@hallmeter/vending-api";
import { expect } from "vitest";
import type { ApiClient } from "../../scripts/start/api-client.ts";
import { DEMO_ROOMS } from "../../scripts/start/demo-site.ts";
import type { TestDemonstration } from "./demonstration.ts";
import { eventually } from "./eventually.ts";
import { truthOf } from "./truth.ts";

/** A poll that was under way and a batch that was not sent yet. */
const CATCH_UP_MS = 30_000;

interface Circuit {
  id: string;
  name: string;
  commissionedAt: string | null;
}

/**
 * The books against the meters: what each register counts has reached the API, and accruals, intervals and usage entries
 * agree with it to the Wh and to the minor unit.
 */
export async function expectBooksToAgree(site: TestDemonstration, api: ApiClient): Promise<void> {
  const circuits = await api.get<Circuit[]>("/circuits?range=[0,999]");
  // The simulator tells the truth of its rooms; a master meter is none.
  for (const circuit of circuits.filter(({ name }) => DEMO_ROOMS.some((room) => room.name === name)))
    await eventually(`the register of ${circuit.name} in the API`, CATCH_UP_MS, async () => {
      const truth = await truthOf(site, circuit.name);
      const live = await api.get<{ energyWh: number }>(`/circuits/${circuit.id}/live`);
      return live.energyWh === truth.registerEnergyWh;
    });
  await expectStoredBooksToAgree(site.mongoUri);
}

interface Accrual {
  circuitId: string;
  householdId: string | null;
  part: number;
  day: string;
  fromWh: number;
  lastWh: number;
  whByRate: Record<string, number>;
  costNano: number;
  state: string;
}

interface UsageEntry {
  ref: string;
  kind: string;
  account: string;
  postings: { account: string; commodity: string; amount: number }[];
  details: {
    energyNano: number;
    netNano: number;
    taxNano: number;
    carryOutNano: number;
    nanoPerMinor: number;
  };
}

/** Read from the store itself, without the code that wrote it. */
async function expectStoredBooksToAgree(mongoUri: string): Promise<void> {
  const connection = await connect(mongoUri);
  try {
    const accruals = await connection
      .collection<Accrual>("accruals")
      .find()
      .sort({ circuitId: 1, day: 1, part: 1 })
      .toArray();
    expect(accruals.length).toBeGreaterThan(0);
    for (const [index, accrual] of accruals.entries()) {
      const rated = Object.values(accrual.whByRate).reduce((sum, wh) => sum + wh, 0);
      expect(rated).toBe(accrual.householdId === null ? 0 : accrual.lastWh - accrual.fromWh);
      const previous = accruals[index - 1];
      if (previous?.circuitId === accrual.circuitId) expect(accrual.fromWh).toBe(previous.lastWh);
    }
    await expectIntervalsToEndAtRegisters(connection, accruals);
    await expectUsageEntries(connection, accruals);
  } finally {
    await connection.close();
  }
}

type Connection = Awaited<ReturnType<typeof connect>>;

async function expectIntervalsToEndAtRegisters(connection: Connection, accruals: Accrual[]): Promise<void> {
  const newest = new Map(accruals.map((accrual) => [accrual.circuitId, accrual.lastWh]));
  for (const [circuitId, lastWh] of newest) {
    const days = await connection
      .collection<{ readings?: (number | null)[] }>("load-profiles")
      .find({ circuitId })
      .toArray();
    const readings = days.flatMap((day) => day.readings ?? []).filter((reading) => reading !== null);
    expect(Math.max(...readings)).toBe(lastWh);
  }
}

async function expectUsageEntries(connection: Connection, accruals: Accrual[]): Promise<void> {
  const closed = accruals.filter(
    ({ householdId, state, fromWh, lastWh }) => householdId && state !== "open" && lastWh > fromWh,
  );
  const entries = await connection
    .collection<UsageEntry>("journal")
    .find({ kind: "usage" })
    .sort({ account: 1, seq: 1 })
    .toArray();
  expect(entries.length).toBe(closed.length);
  expect(new Set(entries.map(({ ref }) => ref)).size).toBe(entries.length);
  const carriedNano = new Map<string, number>();
  for (const { account, postings, details } of entries) {
    const minor =
      postings.find((posting) => posting.account === account && posting.commodity !== "Wh")?.amount ?? 0;
    const dueNano = (carriedNano.get(account) ?? 0) + details.netNano + details.taxNano;
    expect(-minor * details.nanoPerMinor + details.carryOutNano).toBe(dueNano);
    carriedNano.set(account, details.carryOutNano);
  }
  const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
  expect(sum(entries.map(({ details }) => details.energyNano))).toBe(
    sum(closed.map(({ costNano }) => costNano)),
  );
}
