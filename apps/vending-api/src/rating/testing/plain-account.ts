/**
 * The plainest household account: whole numbers without limit, no carries, and every figure reckoned from its beginning. Written
 * without a look at the real one, which must agree with it.
 */
export interface PlainGrant {
  id: string;
  unit: "money" | "energy";
  left: bigint;
  /** Instant, or none. */
  ends: number | null;
}

export interface PlainUse {
  startedMs: number;
  wh: bigint;
  energyNano: bigint;
  fixedNano: bigint;
  taxPpm: bigint;
  /** Above so many Wh of a period, so much more per kWh. */
  steps: readonly { aboveWh: bigint; priceMicro: bigint }[];
  period: string | null;
}

const FEMTO_PER_NANO = 1_000_000n;

export class PlainAccount {
  readonly #perMinor: bigint;
  boughtMinor = 0n;
  grants: PlainGrant[] = [];
  /** Everything ever owed for use, 10⁻¹⁵. */
  owedFemto = 0n;
  chargedMinor = 0n;
  grantedUsedMinor = 0n;
  readonly #whByPeriod = new Map<string, bigint>();

  constructor(nanoPerMinor: number) {
    this.#perMinor = BigInt(nanoPerMinor) * FEMTO_PER_NANO;
  }

  copy(): PlainAccount {
    const copy = new PlainAccount(Number(this.#perMinor / FEMTO_PER_NANO));
    copy.boughtMinor = this.boughtMinor;
    copy.grants = this.grants.map((grant) => ({ ...grant }));
    copy.owedFemto = this.owedFemto;
    copy.chargedMinor = this.chargedMinor;
    copy.grantedUsedMinor = this.grantedUsedMinor;
    for (const [period, wh] of this.#whByPeriod) copy.#whByPeriod.set(period, wh);
    return copy;
  }

  get grantedMinor(): bigint {
    return this.left("money");
  }

  get freeWh(): bigint {
    return this.left("energy");
  }

  /** Whole minor units. */
  get balanceMinor(): bigint {
    return this.boughtMinor + this.grantedMinor;
  }

  /** Exact to 10⁻¹⁵, less what no entry could charge yet. */
  get liveFemto(): bigint {
    return this.balanceMinor * this.#perMinor - (this.owedFemto - this.chargedMinor * this.#perMinor);
  }

  left(unit: PlainGrant["unit"]): bigint {
    return this.grants.reduce((sum, grant) => (grant.unit === unit ? sum + grant.left : sum), 0n);
  }

  grant(grant: PlainGrant): void {
    this.grants.push({ ...grant });
    this.#payDebt();
  }

  move(minor: bigint): void {
    this.boughtMinor += minor;
    this.#payDebt();
  }

  end(id: string): bigint {
    const grant = this.grants.find((row) => row.id === id);
    const left = grant?.left ?? 0n;
    if (grant) grant.left = 0n;
    return left;
  }

  use(use: PlainUse): { freeWh: bigint; minor: bigint } {
    const freeWh = this.#spend("energy", use.wh, use.startedMs);
    const freedNano = use.wh === 0n ? 0n : (use.energyNano * freeWh) / use.wh;
    const before = this.#surchargeNano(use);
    if (use.period !== null)
      this.#whByPeriod.set(use.period, (this.#whByPeriod.get(use.period) ?? 0n) + use.wh);
    const netNano = use.energyNano - freedNano + use.fixedNano + this.#surchargeNano(use) - before;
    this.owedFemto += netNano * FEMTO_PER_NANO + netNano * use.taxPpm;
    const minor = this.owedFemto / this.#perMinor - this.chargedMinor;
    this.chargedMinor += minor;
    const granted = this.#spend("money", minor, use.startedMs);
    this.grantedUsedMinor += granted;
    this.boughtMinor -= minor - granted;
    this.#payDebt();
    return { freeWh, minor };
  }

  #surchargeNano({ period, steps }: PlainUse): bigint {
    const wh = period === null ? 0n : (this.#whByPeriod.get(period) ?? 0n);
    return steps.reduce(
      (sum, { aboveWh, priceMicro }) => sum + (wh > aboveWh ? wh - aboveWh : 0n) * priceMicro,
      0n,
    );
  }

  /** Whichever ends first gives first. */
  #spend(unit: PlainGrant["unit"], most: bigint, startedMs: number | null): bigint {
    let spent = 0n;
    while (spent < most) {
      const usable = this.grants.filter(
        ({ unit: own, left, ends }) =>
          own === unit && left > 0n && (startedMs === null || ends === null || ends > startedMs),
      );
      const [first] = usable.sort((a, b) => (a.ends ?? Number.MAX_VALUE) - (b.ends ?? Number.MAX_VALUE));
      if (first === undefined) break;
      const part = first.left < most - spent ? first.left : most - spent;
      first.left -= part;
      spent += part;
    }
    return spent;
  }

  /** Bought credit below zero is a debt, and grants pay debts. */
  #payDebt(): void {
    if (this.boughtMinor < 0n) this.boughtMinor += this.#spend("money", -this.boughtMinor, null);
  }
}
