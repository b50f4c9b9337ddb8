import { z } from "zod";
import type { Answer } from "./api-process.ts";
import { anyHousehold, type Campus } from "./campus.ts";
import type { Expected } from "./household-book.ts";

const HOUR_MS = 3_600_000;
const VOID_WINDOW_MS = 12 * HOUR_MS;
/** Of those who press more than once; rarely as often as a page that hangs is pressed. */
const PRESSES = [2, 2, 2, 3, 4, 30] as const;
const METHODS = ["cash", "card", "transfer"] as const;
const withId = z.object({ id: z.string() });

interface Sale {
  purchaseId: string;
  /** In the order in which they were asked for, whichever was answered first: a seed tells the same story each time. */
  place: number;
  householdId: string;
  amountMinor: number;
  atMs: number;
  /** Of the till in which the money lies; null where it was sold at none. */
  shiftId: string | null;
  isTakenBack: boolean;
}

interface Shift {
  id: string;
  expected: Record<(typeof METHODS)[number], number>;
}

/** Those at the desk: they sell, take back, correct, and count their till. */
export class Desk {
  readonly #campus: Campus;
  #sales: Sale[] = [];
  #tillId = "";
  #places = 0;
  #shift: Shift | null = null;

  constructor(campus: Campus) {
    this.#campus = campus;
  }

  get shift(): Shift | null {
    return this.#shift;
  }

  async open(): Promise<void> {
    const { server, siteId } = this.#campus;
    this.#tillId = await server.add("/tills", { siteId, name: "Desk" });
  }

  /** Several people at once, some of them pressing twice. */
  async rush(): Promise<void> {
    const { random } = this.#campus;
    const old = this.#sales.filter(({ isTakenBack }) => !isTakenBack);
    const voided = new Set(old.filter(() => random.chance(0.1)).slice(-2));
    await Promise.all([
      ...Array.from({ length: random.integer(1, 5) }, () => this.#sell()),
      ...[...voided].map((sale) => this.#void(sale)),
    ]);
    const { nowMs } = this.#campus.server;
    this.#sales = this.#sales
      .filter(({ atMs }) => nowMs - atMs < 3 * VOID_WINDOW_MS)
      .sort((a, b) => a.place - b.place);
  }

  async turnShift(): Promise<void> {
    const { server, random } = this.#campus;
    if (this.#shift === null) {
      const floatMinor = random.integer(0, 20_000);
      const { id } = await server.need(withId, this.#post(`/tills/${this.#tillId}/shifts`, { floatMinor }));
      this.#shift = { id, expected: { cash: floatMinor, card: 0, transfer: 0 } };
      return;
    }
    const { id, expected } = this.#shift;
    const report = z.object({ expected: z.record(z.string(), z.int()), state: z.string() });
    const counted = { cash: 0, card: 0, transfer: 0 };
    const closed = await server.need(report, this.#post(`/till-shifts/${id}/close`, { counted }));
    for (const method of METHODS)
      if (closed.expected[method] !== expected[method])
        this.#campus.find(
          `shift ${id}: ${closed.expected[method]} of ${method} instead of ${expected[method]}`,
        );
    this.#shift = null;
    this.#campus.count("shifts");
  }

  /** Proposed by one, approved by another. */
  async adjust(): Promise<void> {
    const { server, random, books } = this.#campus;
    const householdId = anyHousehold(this.#campus);
    const amountMinor = (random.integer(0, 1) * 2 - 1) * random.integer(1, 3000);
    const body = { householdId, amountMinor, reason: "miscounted" };
    const { id } = await server.need(withId, this.#post("/adjustments", body));
    books.expected.set(`adjustment ${id}`, { kind: "adjustment", householdId, amountMinor });
    const approval = this.#post(`/adjustments/${id}/approve`, undefined);
    const { state } = await server.need(z.object({ state: z.string() }), {
      ...approval,
      who: "second-clerk",
    });
    if (state !== "posted") this.#campus.find(`adjustment ${id} is ${state}`);
    this.#campus.count("adjustments");
  }

  async #sell(): Promise<void> {
    const { random } = this.#campus;
    await this.sellTo(anyHousehold(this.#campus), random.integer(1, random.chance(0.2) ? 90_000 : 6000));
  }

  /** Its receipts are of no use any more. */
  forget(householdId: string): void {
    this.#sales = this.#sales.filter((sale) => sale.householdId !== householdId);
  }

  async sellTo(householdId: string, amountMinor: number): Promise<void> {
    const { random, server } = this.#campus;
    const method = random.pick(METHODS);
    const expected = { kind: "purchase", householdId, amountMinor };
    const body = { householdId, amountMinor, method };
    const shift = this.#shift;
    this.#places += 1;
    const place = this.#places;
    const answer = await this.#press("/purchases", body, expected);
    if (answer === undefined) return;
    if (shift) shift.expected[method] += amountMinor;
    const { id: purchaseId } = withId.parse(answer.body);
    const shiftId = shift?.id ?? null;
    this.#sales.push({
      purchaseId,
      place,
      householdId,
      amountMinor,
      atMs: server.nowMs,
      shiftId,
      isTakenBack: false,
    });
    this.#methods.set(purchaseId, method);
    this.#campus.count("sales");
  }

  readonly #methods = new Map<string, (typeof METHODS)[number]>();

  async #void(sale: Sale): Promise<void> {
    const { purchaseId, householdId, amountMinor, shiftId, atMs } = sale;
    const { nowMs } = this.#campus.server;
    const isInTime = shiftId === null ? nowMs - atMs <= VOID_WINDOW_MS : shiftId === this.#shift?.id;
    // An outage may carry one of these over the edge.
    if (shiftId === null && Math.abs(nowMs - atMs - VOID_WINDOW_MS) < 2 * HOUR_MS) return;
    const expected = isInTime ? { kind: "void", householdId, amountMinor: -amountMinor } : null;
    const answer = await this.#press(`/purchases/${purchaseId}/void`, { reason: "mistaken" }, expected);
    if (answer === undefined) return;
    sale.isTakenBack = true;
    const method = this.#methods.get(purchaseId);
    if (this.#shift && shiftId !== null && method !== undefined) this.#shift.expected[method] -= amountMinor;
    this.#campus.count("voids");
  }

  /** Pressed once or more often with one key: one answer. Undefined where it was refused, as it should be. */
  async #press(path: string, body: object, expected: Expected | null): Promise<Answer | undefined> {
    const { random, server, books } = this.#campus;
    const ask = this.#post(path, body);
    if (expected) books.expected.set(`request ${ask.key}`, expected);
    const presses = random.chance(0.1) ? random.pick(PRESSES) : 1;
    const answers = await Promise.all(Array.from({ length: presses }, () => server.ask(ask)));
    const [first] = answers;
    const isOne = new Set(answers.map((answer) => `${answer.status} ${idOf(answer)}`)).size === 1;
    if (!isOne) this.#campus.find(`${path}: ${answers.map(({ status }) => status).join(", ")} under one key`);
    if ((first?.status === 201) !== (expected !== null))
      this.#campus.find(`${path}: ${first?.status} ${JSON.stringify(first?.body)}`);
    return first?.status === 201 ? first : undefined;
  }

  #post(path: string, body: object | undefined) {
    const key = this.#campus.server.newKey();
    return { method: "POST", path, key, who: "clerk" as const, ...(body === undefined ? {} : { body }) };
  }
}

function idOf({ body }: Answer): string {
  const parsed = withId.safeParse(body);
  return parsed.success ? parsed.data.id : "";
}
