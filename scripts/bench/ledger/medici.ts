import { Book, initModels } from "medici";
import mongoose from "mongoose";
import { concurrently, perSecond } from "../pocket-mongo/rate.ts";
import { row } from "./postings.ts";

const ACCOUNTS = 1000;
const WARM_UP = 200;

/**
 * medici, the known double entry on mongoose. Its entries are two inserts without a balance in them; who must not overdraw asks
 * for the balance first, which its lock would have to guard in a transaction.
 */
export async function* measureMedici(uri: string, count: number, atOnce: number): AsyncGenerator<string> {
  await mongoose.connect(uri, {
    retryWrites: false,
    writeConcern: { w: "majority", journal: true },
    maxPoolSize: 20,
  });
  try {
    await initModels();
    const book = new Book("bench");
    const post = (household: string) =>
      book
        .entry("purchase")
        .debit("Till:Cash", 5000)
        .credit(`Households:${household}`, 5000, { ref: household })
        .commit();
    const postBehindBalance = async (household: string) => {
      await book.balance({ account: `Households:${household}` });
      await post(household);
    };
    await concurrently(WARM_UP, atOnce, () => post("warm"));
    const hot = () => concurrently(count, atOnce, () => post("hot"));
    yield row("medici, one hot account", await perSecond(count, hot));
    const many = () => concurrently(count, atOnce, (i) => post(`many-${i % ACCOUNTS}`));
    yield row(`medici, ${ACCOUNTS} accounts`, await perSecond(count, many));
    const few = Math.ceil(count / 10);
    const checked = () => concurrently(few, atOnce, () => postBehindBalance("hot"));
    yield row("medici, one hot account, its balance read before", await perSecond(few, checked));
  } finally {
    await mongoose.disconnect();
  }
}
