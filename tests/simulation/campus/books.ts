import { Entitlements } from "./entitlements.ts";
import type { Expected, HouseholdBook } from "./household-book.ts";
import { type Entry, type MeteredDetails, meteredDetails, readRow } from "./journal-row.ts";
import { PlainAccount } from "./plain-account.ts";
import { type Charge, chargeOf, groupOf, settledNow, termsOf } from "./plain-charge.ts";
import type { PlainCircuit, PlainPayer, PlainUse, PlainVersion } from "./plain-circuit.ts";
import { grantEndsAt } from "./plain-grants.ts";
import type { WallClock } from "./wall-clock.ts";

export interface BooksOptions {
  currency: string;
  nanoPerMinor: bigint;
  wall: WallClock;
  find(what: string): void;
}

const FREE = "Wh";
const NO_HASH = "0".repeat(64);

/**
 * The campus' own books, kept with plain arithmetic beside the program's. Of the journal they take only what happened in which
 * order; every figure is their own and must be the journal's, to the nano.
 */
export class Books {
  readonly households = new Map<string, HouseholdBook>();
  readonly circuits = new Map<string, PlainCircuit>();
  /** Whose use a circuit counts. */
  readonly circuitHousehold = new Map<string, string>();
  readonly entitlements: Entitlements;
  /** By space of references and reference. */
  readonly expected = new Map<string, Expected>();
  /** Standing charges that are due, 10⁻⁹. */
  readonly standing = new Map<
    string,
    { householdId: string; nano: bigint; version: PlainVersion; startsAt: string }
  >();
  /** Months of policies whose grants were taken back. */
  readonly reversed = new Set<string>();
  readonly granted = new Set<string>();
  /** Held stretches that somebody released. */
  readonly released = new Set<string>();
  readonly totals = new Map<string, bigint>();
  readonly #options: BooksOptions;
  readonly #seen = new Set<string>();
  entries = 0;

  constructor(options: BooksOptions) {
    this.#options = options;
    this.entitlements = new Entitlements(options.wall);
  }

  get nanoPerMinor(): bigint {
    return this.#options.nanoPerMinor;
  }

  addHousehold(
    payer: PlainPayer,
    dwellers: Pick<HouseholdBook, "residents" | "tags" | "openedMs" | "standingFrom">,
  ): void {
    const { currency, nanoPerMinor } = this.#options;
    this.households.set(payer.householdId, {
      account: new PlainAccount(currency, nanoPerMinor),
      seq: 0,
      hash: NO_HASH,
      payer,
      ...dwellers,
    });
  }

  household(id: string): HouseholdBook {
    const book = this.households.get(id);
    if (book === undefined) throw new RangeError(`no household ${id}`);
    return book;
  }

  payerOf(circuitId: string): PlainPayer | null {
    const householdId = this.circuitHousehold.get(circuitId);
    return householdId === undefined ? null : this.household(householdId).payer;
  }

  circuit(id: string): PlainCircuit {
    const circuit = this.circuits.get(id);
    if (circuit === undefined) throw new RangeError(`no circuit ${id}`);
    return circuit;
  }

  /** Rows of the journal in any order; those known are passed over. */
  take(rows: readonly unknown[]): void {
    const entries = rows.flatMap((row) => {
      const read = readRow(row);
      if ("refused" in read) {
        if (this.expected.has(`request ${read.refused}`)) this.#find(`${read.refused} was refused`);
        return [];
      }
      return this.#seen.has(read._id) ? [] : [read];
    });
    for (const entry of entries.sort((a, b) => a.seq - b.seq)) this.#takeEntry(entry);
  }

  #takeEntry(entry: Entry): void {
    this.#seen.add(entry._id);
    this.entries += 1;
    const book = this.households.get(entry.householdId);
    if (book === undefined) {
      this.#find(`${entry.ref}: an entry of an unknown household`);
      return;
    }
    if (entry.seq !== book.seq + 1 || entry.previousHash !== book.hash)
      this.#find(`${entry.ref}: entry ${entry.seq} does not follow ${book.seq}`);
    book.seq = entry.seq;
    book.hash = entry.hash;
    this.#addPostings(entry);
    const before = { money: book.account.balance(this.#options.currency), free: book.account.balance(FREE) };
    this.#apply(entry, book);
    this.#compare(entry, book, before);
  }

  #addPostings({ ref, postings }: Entry): void {
    const sums = new Map<string, bigint>();
    for (const { account, commodity, amount } of postings) {
      sums.set(commodity, (sums.get(commodity) ?? 0n) + BigInt(amount));
      const name = account.startsWith("household:") ? "households" : account.split(":")[0];
      const key = `${name} ${commodity}`;
      this.totals.set(key, (this.totals.get(key) ?? 0n) + BigInt(amount));
    }
    for (const [commodity, sum] of sums)
      if (sum !== 0n) this.#find(`${ref}: legs sum to ${sum} ${commodity}`);
  }

  #compare(entry: Entry, { account }: HouseholdBook, before: { money: bigint; free: bigint }): void {
    const { ref, balanceAfter, postings, state } = entry;
    const { currency } = this.#options;
    for (const [commodity, was] of [
      [currency, before.money],
      [FREE, before.free],
    ] as const) {
      const is = account.balance(commodity);
      const leg = postings.reduce(
        (sum, posting) =>
          posting.account === entry.account && posting.commodity === commodity ? sum + posting.amount : sum,
        0,
      );
      this.#same(`${ref}: ${commodity} moved`, BigInt(leg), is - was);
      this.#same(`${ref}: ${commodity} after it`, BigInt(balanceAfter[commodity] ?? 0), is);
    }
    this.#same(`${ref}: remainder`, BigInt(state.carryNano), account.restNano);
    const lots = (rows: readonly { grantId: string; left: bigint }[]) =>
      rows
        .map(({ grantId, left }) => `${grantId}=${left}`)
        .sort()
        .join(" ");
    this.#same(
      `${ref}: grants left`,
      lots(state.lots.map(({ grantId, remaining }) => ({ grantId, left: BigInt(remaining) }))),
      lots(account.lots),
    );
  }

  #apply(entry: Entry, book: HouseholdBook): void {
    if (entry.refSpace === "refund") {
      this.#applyFarewell(entry, book);
      return;
    }
    if (entry.kind === "usage") {
      this.#applyUsage(entry, book);
      return;
    }
    if (entry.kind === "grant") {
      this.#applyGrant(entry, book);
      return;
    }
    if (entry.kind === "grant-expiry" || entry.kind === "grant-reversal") {
      this.#endGrant(entry, book);
      return;
    }
    const key = `${entry.refSpace} ${entry.ref}`;
    const expected = this.expected.get(key);
    if (expected === undefined) {
      this.#find(`${key}: nobody asked for it`);
      return;
    }
    this.expected.delete(key);
    this.#same(`${key}: kind`, entry.kind, expected.kind);
    this.#same(`${key}: household`, entry.householdId, expected.householdId);
    book.account.move(BigInt(expected.amountMinor));
  }

  /** Grants end, bought credit is paid out less the minor unit that is used already, and nothing stays. */
  #applyFarewell({ ref, kind, details }: Entry, { account, isLeaving }: HouseholdBook): void {
    if (!isLeaving) this.#find(`${ref}: nobody leaves`);
    const begun = account.restNano > 0n ? 1n : 0n;
    if (kind === "grant-expiry") for (const { grantId } of account.lots) account.end(grantId);
    else if (kind === "refund") account.move(begun - account.boughtMinor);
    else {
      this.#same(`${ref}: kind`, kind, "closing");
      const left = account.balance(this.#options.currency);
      if (left !== 0n && left !== begun) this.#find(`${ref}: ${left} stay`);
      const remainder = left === 0n ? 0n : this.#options.nanoPerMinor - account.restNano;
      this.#same(`${ref}: remainder kept`, BigInt(Number(details.remainderNano)), remainder);
      account.move(-left);
    }
  }

  #applyGrant({ ref, at, householdId, details }: Entry, book: HouseholdBook): void {
    const [policyId = "", month = ""] = ref.split(".");
    const policy = this.entitlements.policies.get(policyId);
    if (policy === undefined) {
      this.#find(`${ref}: a grant of no policy`);
      return;
    }
    if (!this.entitlements.take(ref)) this.#find(`${ref}: nobody is entitled to it`);
    if (this.granted.has(ref)) this.#find(`${ref}: granted twice`);
    if (this.reversed.has(`${policyId}.${month}`)) this.#find(`${ref}: granted after the reversal`);
    this.granted.add(ref);
    const { commodity, amount, per } = policy;
    const left = BigInt(amount * (per === "resident" ? book.residents : 1));
    const expiresAt = grantEndsAt(policy, this.#options.wall, month, at.getTime());
    this.#same(`${ref}: reference`, ref, `${policyId}.${month}.${householdId}`);
    this.#same(
      `${ref}: lot`,
      JSON.stringify(details.lots),
      JSON.stringify([{ grantId: ref, commodity, remaining: Number(left), expiresAt }]),
    );
    book.account.grant({ grantId: ref, commodity, left, expiresAt });
  }

  #endGrant({ ref, kind, at, details }: Entry, book: HouseholdBook): void {
    const grantId = String(details.grantId);
    const [policyId, month] = grantId.split(".");
    if (kind === "grant-reversal" && !this.reversed.has(`${policyId}.${month}`))
      this.#find(`${ref}: nobody took that back`);
    const lot = book.account.lots.find((row) => row.grantId === grantId);
    if (lot === undefined) {
      this.#find(`${ref}: nothing was left of it`);
      return;
    }
    if (kind === "grant-expiry" && (lot.expiresAt === null || lot.expiresAt > at.toISOString()))
      this.#find(`${ref}: it had not expired`);
    book.account.end(grantId);
  }

  #applyUsage(entry: Entry, book: HouseholdBook): void {
    if (entry.ref.startsWith("standing:")) {
      this.#applyStanding(entry, book);
      return;
    }
    const details = meteredDetails.parse(entry.details);
    const circuit = this.circuits.get(details.circuitId);
    if (circuit === undefined) {
      this.#find(`${entry.ref}: use of an unknown circuit`);
      return;
    }
    if (entry.ref.includes(":held:")) {
      this.#applyReleased(entry, details, circuit, book);
      return;
    }
    const toMs = Date.parse(details.toAt);
    const passed = circuit.passOpen(toMs);
    const own = passed.filter(({ fromMs }) => fromMs >= Date.parse(details.fromAt));
    for (const use of passed.slice(0, passed.length - own.length)) this.#assertFree(entry.ref, use);
    const [start] = own;
    if (start?.version == null) {
      this.#find(`${entry.ref}: nothing was used then`);
      return;
    }
    const isOfOne = own.every((use) => groupOf(use) === groupOf(start));
    if (!isOfOne) this.#find(`${entry.ref}: over a midnight, a change of prices or of people`);
    const charge = chargeOf(own);
    this.#compareMetered(entry, details, start, charge);
    this.#same(`${entry.ref}: begins`, Date.parse(details.fromAt), start.fromMs);
    this.#same(`${entry.ref}: ends`, toMs, own.at(-1)?.toMs);
    this.#same(`${entry.ref}: registers`, BigInt(details.toWh - details.fromWh), charge.registerWh);
    book.account.use({ ...charge, startsAt: details.fromAt, ...termsOf(start.version, start.day) });
  }

  #compareMetered(
    { ref, householdId }: Entry,
    details: MeteredDetails,
    { tariffId, version, householdId: payer, day }: PlainUse,
    charge: Omit<Charge, "registerWh">,
  ): void {
    this.#same(`${ref}: who pays`, householdId, payer);
    this.#same(
      `${ref}: tariff`,
      `${details.tariffId} ${details.versionNumber}`,
      `${tariffId} ${version?.number}`,
    );
    this.#same(`${ref}: day`, details.day, day);
    this.#same(`${ref}: Wh`, BigInt(details.wh), charge.wh);
    this.#same(`${ref}: energy`, BigInt(details.energyNano), charge.energyNano);
    this.#same(`${ref}: demand`, BigInt(details.fixedNano), charge.fixedNano);
    const rates = (rows: Iterable<readonly [string, bigint | number]>) =>
      [...rows]
        .flatMap(([rate, wh]) => (BigInt(wh) === 0n ? [] : [`${rate}=${wh}`]))
        .sort()
        .join(" ");
    this.#same(`${ref}: Wh by rate`, rates(Object.entries(details.whByRate)), rates(charge.whByRate));
  }

  #applyReleased(entry: Entry, details: MeteredDetails, circuit: PlainCircuit, book: HouseholdBook): void {
    const { ref } = entry;
    if (!this.released.delete(ref.slice("usage:".length))) this.#find(`${ref}: nobody released it`);
    const fromMs = Date.parse(details.fromAt);
    const toMs = Date.parse(details.toAt);
    const own = circuit.decide(fromMs, toMs, "released");
    const [start] = own;
    if (start?.version == null) {
      this.#find(`${ref}: nothing was held then`);
      return;
    }
    const wh = own.reduce((sum, use) => sum + use.wh, 0n);
    const price = circuit.price(start.version.scheme, { fromMs, toMs, wh });
    this.#compareMetered(entry, details, start, { wh, ...price, fixedNano: 0n });
    book.account.use({
      wh,
      ...price,
      fixedNano: 0n,
      startsAt: details.fromAt,
      ...termsOf(start.version, start.day),
    });
  }

  #applyStanding({ ref, householdId, details }: Entry, book: HouseholdBook): void {
    const due = this.standing.get(ref);
    if (due === undefined) {
      this.#find(`${ref}: not due`);
      return;
    }
    this.standing.delete(ref);
    this.#same(`${ref}: household`, householdId, due.householdId);
    this.#same(`${ref}: charge`, BigInt(Number(details.fixedNano)), due.nano);
    const { taxPpm } = due.version.scheme;
    const scheme = { blocks: null, taxPpm };
    book.account.use({
      wh: 0n,
      energyNano: 0n,
      fixedNano: due.nano,
      startsAt: due.startsAt,
      period: null,
      scheme,
    });
  }

  /** What has no entry may have cost nothing. */
  #assertFree(ref: string, use: PlainUse): void {
    if (use.state === "charged" && (use.wh > 0n || use.demandNano > 0n))
      this.#find(`${ref}: ${use.wh} Wh before it have no entry`);
  }

  /** The account as it would be if everything that was used were settled now. */
  live(householdId: string): PlainAccount {
    return settledNow(this.household(householdId).account, householdId, this.circuits.values());
  }

  /** Grants that were due are there. */
  judgeGrants(): void {
    for (const ref of this.entitlements.missing()) this.#find(`${ref}: never granted`);
  }

  /** What is left open when everything has been read and every day is over. */
  judgeEnd(): void {
    for (const key of this.expected.keys()) this.#find(`${key}: never came into the ledger`);
    for (const ref of this.standing.keys()) this.#find(`${ref}: never charged`);
    for (const id of this.released) this.#find(`${id}: released, but never charged`);
    for (const circuit of this.circuits.values())
      for (const use of circuit.open) this.#assertFree(`${circuit.id} at the end`, use);
    for (const commodity of [this.#options.currency, FREE]) {
      let sum = 0n;
      for (const [key, amount] of this.totals) if (key.endsWith(` ${commodity}`)) sum += amount;
      this.#same(`all accounts in ${commodity}`, sum, 0n);
    }
  }

  #same<T>(what: string, theirs: T, ours: T): void {
    if (theirs !== ours)
      this.#find(`${what}: the program says ${String(theirs)}, plain reckoning ${String(ours)}`);
  }

  #find(what: string): void {
    this.#options.find(what);
  }
}
