import { createPublicKey, verify as verifySignature } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../db/model.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestRoom, type TestSite } from "../testing/test-site.ts";
import { cardLoadModel } from "./card-load.model.ts";
import { applyWrite, MEMORY_BYTES } from "./card-memory.ts";
import { type Taker, takeFromCard } from "./judge-card.ts";

interface CardRow {
  id: string;
  state: string;
  carriedMinor: number;
  count: number;
  readCount: number;
  takenCount: number;
}
interface HandledRow {
  card: CardRow;
  write: { offset: number; bytes: string } | null;
  purchaseId?: string;
  returnedCounts?: number[];
  code?: string;
  errors?: { code: string }[];
}

/** A chip in somebody's hand. */
interface Chip {
  uid: string;
  memory: Buffer;
}
let chips = 0;
function newChip(): Chip {
  chips += 1;
  return { uid: `04a1b2c3d4e5${chips.toString(16).padStart(2, "0")}`, memory: Buffer.alloc(MEMORY_BYTES) };
}
const on = ({ uid, memory }: Chip) => ({ uid, memory: memory.toString("hex") });

let api: TestApi;
let site: TestSite;
let rooms: TestRoom[];
beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 6 });
  rooms = site.rooms;
});
afterAll(() => api.stop());
beforeEach(async () => {
  api.clock.advance(60_000);
  site.manager = await api.tokenFor("property-manager", { siteIds: [site.siteId] });
});

const post = async (path: string, body: object, idempotencyKey: string | undefined = newId()) =>
  (
    await api.call<HandledRow>("POST", path, {
      token: site.manager,
      body,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    })
  ).body;
const write = (chip: Chip, { write: todo }: HandledRow) => {
  if (todo)
    chip.memory = applyWrite(chip.memory, { offset: todo.offset, bytes: Buffer.from(todo.bytes, "hex") });
};
const present = (id: string, chip: Chip) => post(`/cards/${id}/present`, on(chip));
const topUp = (id: string, chip: Chip, amountMinor: unknown = 5000, key?: string) =>
  post(`/cards/${id}/top-up`, { amountMinor, method: "cash", ...on(chip) }, key);
async function issue(room: TestRoom, chip: Chip): Promise<string> {
  const { householdId, circuitId } = room;
  const issued = await post("/cards", { householdId, circuitId, ...on(chip) });
  write(chip, issued);
  expect((await present(issued.card.id, chip)).write).toBeNull();
  return issued.card.id;
}

/** A meter as it takes cards: only what the API gave its gateway, and its own count. */
async function newTaker(
  circuitId: string,
): Promise<{ lastCount: number; tap(chip: Chip): ReturnType<typeof takeFromCard>; tell(): Promise<number> }> {
  const { body } = await api.call<{
    publicKeyPem: string;
    circuits: { circuitId: string; receiptKey: string; takenCount: number }[];
  }>("GET", "/gateway/card-keys", { token: site.gatewayToken });
  const mine = body.circuits.find((row) => row.circuitId === circuitId);
  const publicKey = createPublicKey(body.publicKeyPem);
  const self = {
    lastCount: mine?.takenCount ?? 0,
    tap(chip: Chip) {
      const taker: Taker = {
        siteId: site.siteId,
        circuitId,
        currency: "CNY",
        uid: Buffer.from(chip.uid, "hex"),
        lastCount: self.lastCount,
        now: api.clock.now(),
        receiptKey: Buffer.from(mine?.receiptKey ?? "", "hex"),
        verify: (_keyId, bytes, signature) => verifySignature(null, bytes, publicKey, signature),
      };
      const taking = takeFromCard(chip.memory, taker);
      if (!("refused" in taking)) {
        self.lastCount = taking.count;
        chip.memory = applyWrite(chip.memory, taking.receipt);
      }
      return taking;
    },
    async tell() {
      const told = await api.call<{ count: number }>("POST", "/gateway/card-takings", {
        token: site.gatewayToken,
        body: { circuitId, count: self.lastCount, at: api.clock.now().toISOString() },
      });
      return told.body.count;
    },
  };
  return self;
}

describe("a card", () => {
  it("is sold onto, written, read back, taken by its meter, and comes back with its count", async () => {
    const [room, chip] = [rooms[0] as TestRoom, newChip()];
    const id = await issue(room, chip);
    const meter = await newTaker(room.circuitId);
    const sold = await topUp(id, chip, 5000, "card-key-1");
    expect(sold.card).toMatchObject({ carriedMinor: 5000, count: 1, readCount: 0 });
    // Money is in the ledger before the card is; the same key sells once.
    expect(await topUp(id, chip, 5000, "card-key-1")).toMatchObject({ purchaseId: sold.purchaseId });
    const deliveryNow = async () =>
      (await api.call<{ delivery: string }>("GET", `/purchases/${sold.purchaseId}`, { token: site.manager }))
        .body.delivery;
    expect(await deliveryNow()).toBe("on-card");
    write(chip, sold);
    const shown = await present(id, chip);
    expect(shown).toMatchObject({ write: null, card: { readCount: 1, takenCount: 0 } });
    expect(meter.tap(chip)).toMatchObject({ amountMinor: 5000, count: 1 });
    expect(meter.tap(chip)).toEqual({ refused: "replayed" });
    expect((await present(id, chip)).card).toMatchObject({ takenCount: 1, carriedMinor: 0 });
    expect(await deliveryNow()).toBe("written");
    const balance = await api.call<{ ledgerMinor: number }>(
      "GET",
      `/households/${room.householdId}/balance`,
      {
        token: site.manager,
      },
    );
    expect(balance.body.ledgerMinor).toBe(5000);
    expect(await post(`/purchases/${sold.purchaseId}/void`, { reason: "Mistake" })).toMatchObject({
      code: "credit-in-meter",
    });
  });

  it("pulled away while it was written is found out by its count, and nothing is sold or carried twice", async () => {
    const [room, chip] = [rooms[1] as TestRoom, newChip()];
    const id = await issue(room, chip);
    const meter = await newTaker(room.circuitId);
    await topUp(id, chip, 2000);
    // Nothing of it reached the card; the next sale carries both.
    const second = await topUp(id, chip, 3000);
    expect(second.card).toMatchObject({ carriedMinor: 5000, count: 2 });
    const bytes = Buffer.from(second.write?.bytes ?? "", "hex").subarray(0, 40);
    chip.memory = applyWrite(chip.memory, { offset: second.write?.offset ?? 0, bytes });
    const torn = await present(id, chip);
    expect(torn.card.readCount).toBe(0);
    expect(torn.write).not.toBeNull();
    write(chip, torn);
    write(chip, torn);
    expect(await present(id, chip)).toMatchObject({
      write: null,
      card: { readCount: 2, carriedMinor: 5000 },
    });
    expect(meter.tap(chip)).toMatchObject({ amountMinor: 5000, count: 2 });
  });

  it("sold onto at once by many is carried in full, once each", async () => {
    const [room, chip] = [rooms[2] as TestRoom, newChip()];
    const id = await issue(room, chip);
    const meter = await newTaker(room.circuitId);
    await Promise.all(Array.from({ length: 6 }, (_, n) => topUp(id, chip, 100, `many-${n % 3}`)));
    const shown = await present(id, chip);
    expect(shown.card).toMatchObject({ carriedMinor: 300, count: 3 });
    const loads = await cardLoadModel(api.connection).find({ householdId: room.householdId }).lean();
    expect(loads.map(({ count }) => count).sort()).toEqual([1, 2, 3]);
    // A crash between the sale and its load is made up for.
    await cardLoadModel(api.connection).deleteOne({ householdId: room.householdId, count: 2 });
    const again = await present(id, chip);
    write(chip, again);
    expect(meter.tap(chip)).toMatchObject({ amountMinor: 300, count: 3 });
  });

  it("that is copied, restored, another's or changed is refused at the desk, each for its reason", async () => {
    const [room, chip] = [rooms[3] as TestRoom, newChip()];
    const id = await issue(room, chip);
    const old = Buffer.from(chip.memory);
    write(chip, await topUp(id, chip, 1000));
    await present(id, chip);
    const why = async (bad: Chip) => (await topUp(id, bad, 1000)).errors?.[0]?.code;
    expect(await why({ uid: "04ffffffffffff", memory: chip.memory })).toBe("cloned");
    expect(await why({ ...chip, memory: old })).toBe("replayed");
    expect(await why({ ...chip, memory: Buffer.alloc(MEMORY_BYTES) })).toBe("blank");
    expect(await why({ ...chip, memory: Buffer.alloc(MEMORY_BYTES, 1) })).toBe("tampered");
    const other = newChip();
    await issue(rooms[4] as TestRoom, other);
    expect(await why(other)).toBe("wrong-card");
    expect((await topUp(id, chip, 1.5)).code).toBe("amount-invalid");
    expect((await present(id, chip)).card).toMatchObject({ carriedMinor: 1000, count: 1 });
    const { householdId, circuitId } = room;
    expect((await post("/cards", { householdId, circuitId, ...on(newChip()) })).code).toBe("card-taken");
    const elsewhere = rooms[0] as TestRoom;
    const mixed = { householdId, circuitId: elsewhere.circuitId, ...on(newChip()) };
    expect((await post("/cards", mixed)).code).toBe("reference-unknown");
  });

  it("that is lost is replaced with its credit, of which the meter takes one", async () => {
    const room = rooms[3] as TestRoom;
    const token = site.manager;
    const filter = encodeURIComponent(JSON.stringify({ householdId: room.householdId, state: "active" }));
    const [lost] = (await api.call<CardRow[]>("GET", `/cards?filter=${filter}`, { token })).body;
    const chip = newChip();
    const replaced = await post(`/cards/${lost?.id}/replace`, { reason: "Lost", ...on(chip) });
    expect(replaced.card).toMatchObject({ carriedMinor: 1000, count: 1 });
    write(chip, replaced);
    expect((await present(replaced.card.id, chip)).write).toBeNull();
    const meter = await newTaker(room.circuitId);
    const stale = Buffer.from(chip.memory);
    expect(meter.tap(chip)).toMatchObject({ amountMinor: 1000 });
    expect(meter.tap({ ...chip, memory: stale })).toEqual({ refused: "replayed" });
    expect(await meter.tell()).toBe(1);
    expect(
      (await post(`/cards/${lost?.id}/top-up`, { amountMinor: 1, method: "cash", ...on(chip) })).code,
    ).toBe("wrong-state");
  });

  it("is settled only once its meter's count is known, and what comes back can be voided", async () => {
    const [room, chip] = [rooms[5] as TestRoom, newChip()];
    const id = await issue(room, chip);
    const meter = await newTaker(room.circuitId);
    write(chip, await topUp(id, chip, 4000));
    await present(id, chip);
    expect(meter.tap(chip)).toMatchObject({ count: 1 });
    const second = await topUp(id, chip, 2500);
    write(chip, second);
    await present(id, chip);
    const settle = (body: object = {}) =>
      post(`/cards/${id}/settle`, { reason: "Moves out", ...on(chip), ...body });
    expect((await settle()).code).toBe("card-count-unknown");
    expect(await post(`/purchases/${second.purchaseId}/void`, { reason: "Early" })).toMatchObject({
      code: "sale-not-settled",
    });
    api.clock.advance(1000);
    expect(await meter.tell()).toBe(1);
    const settled = await settle();
    expect(settled).toMatchObject({ card: { state: "settled" }, returnedCounts: [2] });
    // Pulled away before it was emptied: shown again, it is emptied.
    const again = await present(id, chip);
    expect(again.write).not.toBeNull();
    write(chip, again);
    expect(meter.tap(chip)).toEqual({ refused: "settled" });
    expect(await post(`/purchases/${second.purchaseId}/void`, { reason: "Paid back" })).toMatchObject({
      voidedAt: expect.any(String),
    });
    const loads = await api.call<object[]>("GET", `/cards/${id}/loads`, { token: site.manager });
    expect(loads.body).toMatchObject([
      { purchaseId: second.purchaseId, count: 2, amountMinor: 2500, state: "returned", cardId: id },
      { count: 1, amountMinor: 4000, state: "taken", cashier: expect.any(String) },
    ]);
    // The same chip can serve again.
    const { householdId, circuitId } = room;
    const reissued = await post("/cards", { householdId, circuitId, ...on(chip) });
    write(chip, reissued);
    const third = await topUp(reissued.card.id, chip, 700);
    write(chip, third);
    expect(third.card).toMatchObject({ carriedMinor: 700, count: 3 });
    expect(meter.tap(chip)).toMatchObject({ amountMinor: 700, count: 3 });
  });
});

it("a gateway speaks for its own circuits only, and its count never goes back", async () => {
  const body = { circuitId: rooms[5]?.circuitId, count: 3, at: api.clock.now().toISOString() };
  const tell = async (change: object, token = site.gatewayToken) =>
    api.call<{ count: number }>("POST", "/gateway/card-takings", { token, body: { ...body, ...change } });
  expect((await tell({})).body.count).toBe(3);
  expect((await tell({ count: 1 })).body.count).toBe(3);
  expect((await tell({ circuitId: "none" })).status).toBe(404);
  for (const bad of [
    { count: -1 },
    { count: 1.5 },
    { count: 2 ** 32 },
    { at: "now" },
    { circuitId: { $gt: "" } },
  ])
    expect((await tell(bad)).status, JSON.stringify(bad)).toBe(400);
});

it("cards leave a ledger that adds up", async () => {
  expect((await verifyLedger(api.connection)).findings).toEqual([]);
});
