import { connect } from "../../../apps/vending-api/src/db/connection.ts";
import { ledgerOf } from "../../../apps/vending-api/src/ledger/ledger.ts";
import { verifyLedger } from "../../../apps/vending-api/src/ledger/verify-ledger.ts";
import { ensureAllIndexes } from "../../../apps/vending-api/src/models.ts";
import { concurrently, perSecond } from "../pocket-mongo/rate.ts";
import { purchaseRequest } from "./bench-entries.ts";

const ACCOUNTS = 1000;
const WARM_UP = 2000;
/** As a grant run posts. */
const TOGETHER = 500;

/** Every way into the ledger, with idempotency, chain, balance and totals, acknowledged from the disk. */
export async function* measurePostings(uri: string, count: number, atOnce: number): AsyncGenerator<string> {
  const connection = await connect(uri);
  try {
    await ensureAllIndexes(connection);
    const ledger = ledgerOf(connection);
    const toOne = () => ledger.post(purchaseRequest("hot"));
    /** The rows behind the entries belong to the work. */
    const folded = async (post: () => Promise<void>) => {
      await post();
      await ledger.idle();
    };
    const toMany = (i: number) => ledger.post(purchaseRequest(`many-${i % ACCOUNTS}`));
    const together = async () => {
      for (let from = 0; from < count; from += TOGETHER)
        await ledger.postMany(
          Array.from({ length: TOGETHER }, (_, i) => purchaseRequest(`many-${(from + i) % ACCOUNTS}`)),
        );
    };
    await concurrently(WARM_UP, atOnce, toMany);
    const hot = () => folded(() => concurrently(count, atOnce, toOne));
    yield row("ledger, one hot account", await perSecond(count, hot));
    const many = () => folded(() => concurrently(count, atOnce, toMany));
    yield row(`ledger, ${ACCOUNTS} accounts`, await perSecond(count, many));
    yield row(
      `ledger, ${ACCOUNTS} accounts, ${TOGETHER} together`,
      await perSecond(count, () => folded(together)),
    );
    const { findingCount, entries } = await verifyLedger(connection);
    if (findingCount > 0 || entries !== WARM_UP + 3 * count)
      throw new Error(`the ledger that was measured is wrong: ${findingCount} findings, ${entries} entries`);
  } finally {
    await connection.close();
  }
}

export function row(what: string, rate: number): string {
  return `| ${what} | ${Math.round(rate).toLocaleString("en")} |`;
}
