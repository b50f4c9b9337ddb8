import type { TariffScheme } from "@hallmeter/meter-model";

/** One grant, as far as it is not used up. */
export interface PlainLot {
  grantId: string;
  commodity: string;
  left: bigint;
  /** RFC 3339 UTC, or null. */
  expiresAt: string | null;
}

export interface PlainUse {
  startsAt: string;
  wh: bigint;
  energyNano: bigint;
  fixedNano: bigint;
  /** "2040-03" or "2040"; null where nothing is counted. */
  period: string | null;
  scheme: Pick<TariffScheme, "blocks" | "taxPpm">;
}

export interface PlainCharge {
  freeWh: bigint;
  amountMinor: bigint;
}

const FREE = "Wh";
const FEMTO_PER_NANO = 1_000_000n;
/** Counts of months, and of years, for use that comes late. */
const PERIODS_KEPT = 2;

/** The plainest account of a household: whole numbers without limit, every figure reckoned from its beginning. */
export class PlainAccount {
  readonly #currency: string;
  readonly #nanoPerMinor: bigint;
  /** Paid in less what bought credit had to pay. */
  #boughtMinor = 0n;
  #lots: PlainLot[] = [];
  /** Everything ever owed for use, 10⁻¹⁵, and what of it was charged. */
  #owedFemto = 0n;
  #chargedMinor = 0n;
  #counts = new Map<string, bigint>();

  constructor(currency: string, nanoPerMinor: bigint) {
    this.#currency = currency;
    this.#nanoPerMinor = nanoPerMinor;
  }

  copy(): PlainAccount {
    const copy = new PlainAccount(this.#currency, this.#nanoPerMinor);
    copy.#boughtMinor = this.#boughtMinor;
    copy.#lots = this.#lots.map((lot) => ({ ...lot }));
    copy.#owedFemto = this.#owedFemto;
    copy.#chargedMinor = this.#chargedMinor;
    copy.#counts = new Map(this.#counts);
    return copy;
  }

  get lots(): readonly PlainLot[] {
    return this.#lots.filter(({ left }) => left > 0n);
  }

  balance(commodity: string): bigint {
    const granted = this.#lots.reduce((sum, lot) => (lot.commodity === commodity ? sum + lot.left : sum), 0n);
    return commodity === FREE ? granted : granted + this.#boughtMinor;
  }

  get boughtMinor(): bigint {
    return this.#boughtMinor;
  }

  /** Used, but less than a minor unit; 10⁻⁹, a beginning 10⁻⁹ not counted. */
  get restNano(): bigint {
    return this.#owedFemto / FEMTO_PER_NANO - this.#chargedMinor * this.#nanoPerMinor;
  }

  /** Exact to 10⁻⁹. */
  get liveNano(): bigint {
    return this.balance(this.#currency) * this.#nanoPerMinor - this.restNano;
  }

  /** Bought, taken back or paid out. */
  move(minor: bigint): void {
    this.#boughtMinor += minor;
    this.#payDebt();
  }

  grant(lot: PlainLot): void {
    this.#lots.push({ ...lot });
    this.#payDebt();
  }

  /** What was left of it, which is gone now. */
  end(grantId: string): bigint {
    let ended = 0n;
    for (const lot of this.#lots)
      if (lot.grantId === grantId) {
        ended += lot.left;
        lot.left = 0n;
      }
    return ended;
  }

  use(use: PlainUse): PlainCharge {
    const { wh, energyNano, fixedNano, startsAt, scheme } = use;
    const freeWh = this.#spend(FREE, wh, startsAt);
    const freedNano = wh === 0n ? 0n : (energyNano * freeWh) / wh;
    const netNano = energyNano - freedNano + fixedNano + this.#surchargeNano(use);
    this.#owedFemto += netNano * FEMTO_PER_NANO + netNano * BigInt(scheme.taxPpm);
    const amountMinor = this.#owedFemto / (FEMTO_PER_NANO * this.#nanoPerMinor) - this.#chargedMinor;
    this.#chargedMinor += amountMinor;
    this.#boughtMinor -= amountMinor - this.#spend(this.#currency, amountMinor, startsAt);
    this.#payDebt();
    return { freeWh, amountMinor };
  }

  #surchargeNano({ wh, period, scheme }: PlainUse): bigint {
    const { blocks } = scheme;
    if (period === null || blocks === null) return 0n;
    const counted = this.#countedIn(period);
    const before = this.#counts.get(counted) ?? this.#startOf(counted, blocks);
    this.#counts.set(counted, before + wh);
    this.#keepNewest(counted.length);
    const upTo = (count: bigint) =>
      blocks.steps.reduce((sum, { aboveWh, surchargeMicroPerKWh }) => {
        const above = count - BigInt(aboveWh);
        return above > 0n ? sum + above * BigInt(surchargeMicroPerKWh) : sum;
      }, 0n);
    return upTo(before + wh) - upTo(before);
  }

  /** Months are known by seven letters, years by four. */
  #periods(length: number): string[] {
    return [...this.#counts.keys()].filter((period) => period.length === length).sort();
  }

  /** What comes later than the counts kept counts in the oldest of them. */
  #countedIn(period: string): string {
    const kept = this.#periods(period.length);
    const [oldest] = kept;
    return kept.length === PERIODS_KEPT && oldest !== undefined && period < oldest ? oldest : period;
  }

  #keepNewest(length: number): void {
    const [oldest, ...others] = this.#periods(length);
    if (others.length >= PERIODS_KEPT && oldest !== undefined) this.#counts.delete(oldest);
  }

  /** Unused allowance of the periods since the last that had use, as far as the tariff carries it; below zero. */
  #startOf(period: string, blocks: NonNullable<TariffScheme["blocks"]>): bigint {
    const last = this.#periods(period.length).findLast((earlier) => earlier < period);
    const allowance = BigInt(blocks.steps[0]?.aboveWh ?? 0);
    if (last === undefined || blocks.carry === "none") return 0n;
    let unused = allowance - (this.#counts.get(last) ?? 0n);
    if (unused < 0n) unused = 0n;
    for (let at = after(last); at !== period; at = after(at)) {
      if (blocks.carry === "within-year" && beginsYear(at)) unused = 0n;
      unused += allowance;
    }
    return blocks.carry === "within-year" && beginsYear(period) ? 0n : -unused;
  }

  /** Whichever ends first gives first; of equal ones the one that came first. */
  #spend(commodity: string, most: bigint, startsAt: string | null): bigint {
    let spent = 0n;
    const usable = this.#lots
      .filter(({ commodity: own, expiresAt }) => {
        if (own !== commodity) return false;
        return startsAt === null || expiresAt === null || expiresAt > startsAt;
      })
      .sort((a, b) =>
        (a.expiresAt ?? "9") < (b.expiresAt ?? "9") ? -1 : Number(a.expiresAt !== b.expiresAt),
      );
    for (const lot of usable) {
      const part = lot.left < most - spent ? lot.left : most - spent;
      lot.left -= part;
      spent += part;
    }
    return spent;
  }

  /** Bought credit below zero is a debt, and grants pay debts. */
  #payDebt(): void {
    if (this.#boughtMinor < 0n) this.#boughtMinor += this.#spend(this.#currency, -this.#boughtMinor, null);
    this.#lots = this.#lots.filter(({ left }) => left > 0n);
  }
}

function after(period: string): string {
  const [year = "", month] = period.split("-");
  if (month === undefined) return String(Number(year) + 1);
  if (month === "12") return `${Number(year) + 1}-01`;
  return `${year}-${String(Number(month) + 1).padStart(2, "0")}`;
}

const beginsYear = (period: string) => period.length === 4 || period.endsWith("-01");
