import type { GrantPolicy } from "../grant-policy.ts";

/** Eight hours ahead of UTC all year, as Asia/Shanghai is: so that dates can be reckoned here without a calendar library. */
const AHEAD_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

interface Gift {
  id: string;
  unit: "CNY" | "Wh";
  left: number;
  endMs: number;
}

interface Home {
  isOpen: boolean;
  openedMs: number;
  residents: number;
  bought: number;
  gifts: Gift[];
}

/** Grants as a clerk would keep them on paper. Written without a look at the real ones. */
export class PlainGrants {
  readonly homes: Home[];
  readonly #outcomes = new Map<string, "given" | "shut">();
  readonly #reversed = new Set<string>();

  constructor(homes: readonly Pick<Home, "openedMs" | "residents">[]) {
    this.homes = homes.map((home) => ({ ...home, isOpen: true, bought: 0, gifts: [] }));
  }

  buy(index: number, amount: number): void {
    const home = this.#home(index);
    home.bought += amount;
    payDebts(home);
  }

  /** One Wh costs one minor unit. */
  use(index: number, wh: number, atMs: number): void {
    const home = this.#home(index);
    let due = wh;
    for (const unit of ["Wh", "CNY"] as const)
      for (const gift of inOrder(home.gifts)) {
        if (gift.unit !== unit || gift.endMs <= atMs) continue;
        const taken = Math.min(due, gift.left);
        gift.left -= taken;
        due -= taken;
      }
    home.bought -= due;
    payDebts(home);
  }

  give(policy: GrantPolicy, month: string, index: number, atMs: number): void {
    const home = this.#home(index);
    const key = `${policy._id} ${month} ${index}`;
    const [year = 0, number = 0] = month.split("-").map(Number);
    const nextMonthMs = Date.UTC(year, number, 1) - AHEAD_MS;
    const people = policy.gift.per === "resident" ? home.residents : 1;
    if (this.#outcomes.has(key) || this.#reversed.has(`${policy._id} ${month}`)) return;
    if (!home.isOpen || home.openedMs >= nextMonthMs || people === 0) return;
    const { gift } = policy;
    this.#outcomes.set(key, "given");
    home.gifts.push({
      id: key,
      unit: gift.kind === "money" ? "CNY" : "Wh",
      left: people * (gift.kind === "money" ? gift.amountMinor : gift.wh),
      endMs: endOf(policy, year, number, atMs),
    });
    payDebts(home);
  }

  shut(policyId: string, month: string): void {
    this.#reversed.add(`${policyId} ${month}`);
  }

  takeBack(policyId: string, month: string, index: number): void {
    const key = `${policyId} ${month} ${index}`;
    if (this.#outcomes.get(key) !== "given") this.#outcomes.set(key, "shut");
    for (const gift of this.#home(index).gifts) if (gift.id === key) gift.left = 0;
  }

  expire(index: number, atMs: number): void {
    for (const gift of this.#home(index).gifts) if (gift.endMs <= atMs) gift.left = 0;
  }

  /** What a household has of each. */
  account(index: number): { money: number; wh: number; bought: number } {
    const { gifts, bought } = this.#home(index);
    const sum = (unit: Gift["unit"]) =>
      gifts.reduce((total, gift) => (gift.unit === unit ? total + gift.left : total), 0);
    return { money: bought + sum("CNY"), wh: sum("Wh"), bought: Math.max(0, bought) };
  }

  /** What is left of each, in the order in which they are used. */
  gifts(index: number): Omit<Gift, "id">[] {
    return inOrder(this.#home(index).gifts)
      .filter(({ left }) => left > 0)
      .map(({ unit, left, endMs }) => ({ unit, left, endMs }));
  }

  #home(index: number): Home {
    const home = this.homes[index];
    if (!home) throw new RangeError(`no household ${index}`);
    return home;
  }
}

function payDebts(home: Home): void {
  for (const gift of inOrder(home.gifts)) {
    if (gift.unit === "Wh") continue;
    const paid = Math.min(gift.left, Math.max(0, -home.bought));
    gift.left -= paid;
    home.bought += paid;
  }
}

function inOrder(gifts: readonly Gift[]): Gift[] {
  return [...gifts].sort((a, b) => (a.endMs === b.endMs ? 0 : a.endMs - b.endMs));
}

function endOf({ carry, expiry }: GrantPolicy, year: number, month: number, atMs: number): number {
  const local = new Date(atMs + AHEAD_MS);
  const givenIndex = local.getUTCFullYear() * 12 + local.getUTCMonth();
  const today = Math.floor((atMs + AHEAD_MS) / DAY_MS) * DAY_MS - AHEAD_MS;
  let end = Number.POSITIVE_INFINITY;
  if (carry.kind !== "unlimited") {
    const months = carry.kind === "none" ? 0 : carry.months;
    const lastIndex = Math.max(year * 12 + month - 1, givenIndex) + months;
    end = Date.UTC(Math.floor((lastIndex + 1) / 12), (lastIndex + 1) % 12, 1) - AHEAD_MS;
  }
  if (expiry.kind === "days") end = Math.min(end, today + expiry.days * DAY_MS);
  if (expiry.kind === "yearly") {
    const [lastMonth = 0, lastDay = 0] = expiry.monthDay.split("-").map(Number);
    const yearly = (of: number) => Date.UTC(of, lastMonth - 1, lastDay + 1) - AHEAD_MS;
    const thisYear = yearly(local.getUTCFullYear());
    end = Math.min(end, thisYear > atMs ? thisYear : yearly(local.getUTCFullYear() + 1));
  }
  return end;
}
