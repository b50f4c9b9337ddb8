import { z } from "zod";
import {
  SANDBOX_SIGNATURE,
  sandboxSecret,
} from "../../../apps/vending-api/src/payments/sandbox/sandbox-provider.ts";
import { signMessage } from "../../../apps/vending-api/src/payments/signed-message.ts";
import { JWT_SECRET } from "./api-process.ts";
import { PAYMENT_LIMITS } from "./build-campus.ts";
import { anyHousehold, type Campus } from "./campus.ts";

const ordered = z.object({ id: z.string(), redirectUrl: z.string() });
const topUpRow = z.object({ _id: z.string(), entryId: z.string().nullable() });
/** What may be said of a payment that came to nothing, and of one that did, behind its back or before it. */
const WORDS = ["pending", "failed", "expired"] as const;
/** Nobody goes back to a payment that is older. */
const REMEMBERED = 30;

interface Payment {
  topUpId: string;
  paymentId: string;
  householdId: string;
  amountMinor: number;
  /** Its provider has said that the money is there, or will by itself. */
  isPaid: boolean;
}

/** Residents who pay online, and a provider that tells it late, twice, in any order, or never. */
export class OnlinePayments {
  readonly #campus: Campus;
  #payments: Payment[] = [];
  /** Top-ups that have to be in the ledger once everything has been told. */
  readonly #paid = new Set<string>();
  #words = 0;

  constructor(campus: Campus) {
    this.#campus = campus;
  }

  async pay(): Promise<void> {
    const { random } = this.#campus;
    const old = this.#payments.filter(({ isPaid }) => !isPaid);
    const again = old[random.integer(0, old.length - 1)];
    // Money that arrives behind the provider's no.
    if (again !== undefined && random.chance(0.25)) await this.#payLate(again);
    else await this.#decide(await this.#order());
    this.#payments = this.#payments.slice(-REMEMBERED);
  }

  /** Paid, and not seen in the ledger yet. */
  isAwaited(householdId: string): boolean {
    const { expected } = this.#campus.books;
    return this.#payments.some((one) => one.householdId === householdId && expected.has(this.#keyOf(one)));
  }

  forget(householdId: string): void {
    this.#payments = this.#payments.filter((one) => one.householdId !== householdId);
  }

  /** Every payment is credited or not, as it was paid or not. */
  async judge(): Promise<void> {
    const { server, siteId, find } = this.#campus;
    const rows = await server.connection.collection("top-ups").find({ siteId }).toArray();
    for (const row of rows) {
      const { _id, entryId } = topUpRow.parse(row);
      if ((entryId !== null) !== this.#paid.has(_id))
        find(`top-up ${_id} is ${entryId === null ? "not " : ""}credited`);
    }
  }

  /** Some press twice. */
  async #order(): Promise<Payment> {
    const { server, random } = this.#campus;
    const householdId = anyHousehold(this.#campus);
    const amountMinor = random.integer(PAYMENT_LIMITS.minMinor, PAYMENT_LIMITS.maxMinor);
    const ask = {
      method: "POST",
      path: "/me/top-ups",
      key: server.newKey(),
      who: { residentOf: householdId },
      body: { amountMinor },
    };
    const presses = Array.from({ length: random.chance(0.2) ? 3 : 1 }, () => server.need(ordered, ask));
    const answers = await Promise.all(presses);
    const [first] = answers;
    if (first === undefined || answers.some(({ id }) => id !== first.id))
      throw new Error(`${ask.key}: one key, several payments`);
    const paymentId = first.redirectUrl.split("/").at(-1) ?? "";
    const payment = { topUpId: first.id, paymentId, householdId, amountMinor, isPaid: false };
    this.#payments.push(payment);
    return payment;
  }

  async #decide(payment: Payment): Promise<void> {
    const { random, count } = this.#campus;
    const draw = random.next();
    if (draw < 0.5) {
      this.#expect(payment);
      await this.#together(payment, [() => this.#click(payment, "pay"), ...this.#paidWords(payment)]);
      count("online payments");
    } else if (draw < 0.65) {
      this.#expect(payment);
      await this.#click(payment, "late");
      count("late online payments");
    } else if (draw < 0.8) {
      await this.#together(payment, [() => this.#click(payment, "fail")]);
      count("failed online payments");
    } else if (draw < 0.9) {
      // Another amount than was ordered is for a person to look at.
      await this.#together(payment, [() => this.#say(payment, "paid", payment.amountMinor + 1)]);
      count("wrong online payments");
    }
  }

  async #payLate(payment: Payment): Promise<void> {
    this.#expect(payment);
    await this.#together(payment, this.#paidWords(payment));
    this.#campus.count("online payments behind a no");
  }

  #expect(payment: Payment): void {
    const { householdId, amountMinor } = payment;
    payment.isPaid = true;
    this.#paid.add(payment.topUpId);
    this.#campus.books.expected.set(this.#keyOf(payment), { kind: "purchase", householdId, amountMinor });
  }

  #keyOf({ paymentId }: Payment): string {
    return `payment ${this.#campus.siteId}:sandbox:${paymentId}`;
  }

  #paidWords(payment: Payment): (() => Promise<void>)[] {
    const times = this.#campus.random.integer(1, 3);
    return Array.from({ length: times }, () => () => this.#say(payment, "paid"));
  }

  /** What is to happen and what else may be said, in any order, some of it at the same moment. */
  async #together(payment: Payment, acts: readonly (() => Promise<void>)[]): Promise<void> {
    const { random } = this.#campus;
    const words = WORDS.filter(() => random.chance(0.3)).map((word) => () => this.#say(payment, word));
    const shuffled = [...acts, ...words]
      .map((act) => ({ act, place: random.next() }))
      .sort((a, b) => a.place - b.place);
    const atOnce = random.integer(1, 3);
    for (let from = 0; from < shuffled.length; from += atOnce)
      await Promise.all(shuffled.slice(from, from + atOnce).map(({ act }) => act()));
  }

  async #click({ paymentId }: Payment, button: "pay" | "fail" | "late"): Promise<void> {
    await this.#campus.server.need(z.unknown(), {
      method: "POST",
      path: `/sandbox-payments/${paymentId}/${button}`,
    });
  }

  async #say(
    { topUpId, paymentId, amountMinor }: Payment,
    status: "paid" | (typeof WORDS)[number],
    saidMinor = amountMinor,
  ): Promise<void> {
    const { server, siteId, currency } = this.#campus;
    this.#words += 1;
    const secret = sandboxSecret(JWT_SECRET, siteId);
    await server.need(z.unknown(), {
      method: "POST",
      path: `/payment-webhooks/${siteId}/sandbox`,
      body: {
        eventId: `${paymentId}:${this.#words}`,
        at: new Date(server.nowMs).toISOString(),
        status,
        topUpId,
        paymentId,
        amountMinor: saidMinor,
        currency,
      },
      sign: (bytes, at) => ({ [SANDBOX_SIGNATURE]: signMessage(bytes, secret, at) }),
    });
  }
}
