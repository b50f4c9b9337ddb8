import { connect } from "../../apps/vending-api/src/db/connection.ts";
import { balancedPostings } from "../../apps/vending-api/src/ledger/entry.ts";
import { type Ledger, ledgerOf, type PostingRequest } from "../../apps/vending-api/src/ledger/ledger.ts";
import { verifyLedger } from "../../apps/vending-api/src/ledger/verify-ledger.ts";
import { ensureAllIndexes } from "../../apps/vending-api/src/models.ts";

export interface SubmissionResult {
  submissions: number;
  requests: number;
  entries: number;
  faults: string[];
}

const HOUSEHOLDS = 50;
/** Every request comes so often in the mean. */
const REPETITIONS = 4;
const AT_ONCE = 500;
const AT = new Date("2040-03-02T08:00:00Z");

/** Sends every request several times, in any order, through two connections, and holds the books against what was asked. */
export async function submitEverything(
  uri: string,
  submissions: number,
  seed: number,
): Promise<SubmissionResult> {
  const connections = await Promise.all([connect(uri), connect(uri)]);
  const [connection] = connections;
  try {
    await ensureAllIndexes(connection);
    const ledgers = connections.map(ledgerOf);
    const random = randomFrom(seed);
    const requests = Math.ceil(submissions / REPETITIONS);
    const order = Array.from({ length: submissions }, (_, i) =>
      i < requests ? i : Math.floor(random() * requests),
    );
    shuffle(order, random);
    const faults: string[] = [];
    const entryByRequest = new Map<number, string>();
    let written = 0;
    const submit = async (request: number): Promise<void> => {
      const { entry, repeated } = await (ledgers[Math.floor(random() * 2)] as Ledger).post(
        requestOf(request),
      );
      if (!repeated) written += 1;
      const known = entryByRequest.get(request) ?? entry._id;
      if (known !== entry._id) faults.push(`request ${request} had two outcomes`);
      entryByRequest.set(request, known);
    };
    for (let from = 0; from < order.length; from += AT_ONCE)
      await Promise.all(order.slice(from, from + AT_ONCE).map(submit));
    if (written !== requests)
      faults.push(`${written} of ${requests} requests were told that they were the first`);
    for (let household = 0; household < HOUSEHOLDS; household += 1) {
      const asked = amountsOf(household, requests);
      const head = await (ledgers[0] as Ledger).head({ siteId: "s1", householdId: `h${household}` });
      if ((head.balance.CNY ?? 0) !== asked)
        faults.push(`h${household} has ${head.balance.CNY}, not ${asked}`);
    }
    const { entries, findings } = await verifyLedger(connection);
    if (entries !== requests) faults.push(`${entries} entries for ${requests} requests`);
    return {
      submissions,
      requests,
      entries,
      faults: [...faults, ...findings.map((finding) => JSON.stringify(finding))],
    };
  } finally {
    await Promise.all(connections.map((open) => open.close()));
  }
}

const amountOf = (request: number) => (request % 97) + 1;

function amountsOf(household: number, requests: number): number {
  let sum = 0;
  for (let request = household; request < requests; request += HOUSEHOLDS) sum += amountOf(request);
  return sum;
}

function requestOf(request: number): PostingRequest {
  const householdId = `h${request % HOUSEHOLDS}`;
  const movement = { siteId: "s1", householdId, commodity: "CNY", amount: amountOf(request) };
  return {
    siteId: "s1",
    householdId,
    refSpace: "request",
    ref: `request-${request}`,
    requestHash: `request-${request}`,
    decide: () => ({
      accept: {
        kind: "purchase",
        at: AT,
        by: { id: "u1", name: "Sun Mei" },
        note: "",
        postings: balancedPostings("purchase", movement, "cash"),
        details: { method: "cash" },
      },
    }),
  };
}

/** mulberry32: the same seed, the same run. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffle(items: number[], random: () => number): void {
  for (let i = items.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [items[i], items[j]] = [items[j] as number, items[i] as number];
  }
}
