import { describe, expect, it } from "vitest";
import { GatewayError } from "../errors.ts";
import type { Lane, ReadReply, ReadRequest, WriteRequest } from "./bus.ts";
import { LANE_TABLE } from "./lanes.ts";
import { RequestQueue } from "./request-queue.ts";

const PROFILE = { minimumGapMs: 0, longestLatencyMs: 500 };
/** Both clocks begin at zero. */
const NOW = { monotonicMs: 0, wallMs: 0 };
const BLOCK = { name: "sample", function: 3, address: 0x300, count: 18 } as const;

function queueWith() {
  const queue = new RequestQueue();
  const read = (request: Partial<ReadRequest>) =>
    new Promise<ReadReply>((resolve, reject) => {
      queue.addRead({ lane: "person", unitId: 13, block: BLOCK, profile: PROFILE, ...request }, NOW, {
        resolve,
        reject,
      });
    });
  const write = (request: Partial<WriteRequest>) =>
    new Promise<void>((resolve, reject) => {
      const full = {
        lane: "restore" as Lane,
        unitId: 13,
        write: { address: 0x801, words: [1] },
        profile: PROFILE,
        ...request,
      };
      queue.addWrite(full, NOW, { resolve, reject });
    });
  const heads = (lane: Lane) => queue.head(lane, () => true);
  return { queue, read, write, heads };
}

describe("requests of the same meaning", () => {
  it("share one transaction, in the better lane and with the later expiry", async () => {
    const { queue, read, heads } = queueWith();
    const first = read({ lane: "backfill", key: "k", expiresAtMs: 100 });
    const second = read({ lane: "sale", key: "k", expiresAtMs: 200 });
    expect(queue.waitingCount("backfill")).toBe(0);
    queue.expire(150);
    expect(heads("sale")).toMatchObject({ kind: "read" });
    queue.answer(13, BLOCK, { words: [1], at: 7 });
    expect(await Promise.all([first, second])).toEqual([
      { words: [1], at: 7 },
      { words: [1], at: 7 },
    ]);
  });

  it.for<{ name: string; other: Partial<ReadRequest>; waiting: number }>([
    { name: "the same unit and block merge without a key", other: {}, waiting: 1 },
    { name: "another unit does not", other: { unitId: 14 }, waiting: 2 },
    { name: "another block does not", other: { block: { ...BLOCK, address: 0x301 } }, waiting: 2 },
    {
      name: "the same key with another unit does not",
      other: { unitId: 14, key: "person:13:3:768:18" },
      waiting: 2,
    },
  ])("$name", ({ other, waiting }) => {
    const { queue, read } = queueWith();
    void read({});
    void read(other);
    expect(queue.waitingCount("person")).toBe(waiting);
  });
});

describe("newer, late and too many", () => {
  it("a newer write takes the place of the one that waits, in whatever lane", async () => {
    const { queue, write, heads } = queueWith();
    const older = write({ lane: "restore", supersedeKey: "relay 13", write: { address: 0x801, words: [1] } });
    void write({ lane: "trip", supersedeKey: "relay 13", write: { address: 0x801, words: [0x8000] } });
    await expect(older).rejects.toMatchObject({ code: "superseded", failureClass: "permanent" });
    expect(queue.waitingCount("restore")).toBe(0);
    expect(heads("trip")?.request).toMatchObject({ write: { words: [0x8000] } });
  });

  it("writes never merge", () => {
    const { queue, write } = queueWith();
    void write({});
    void write({});
    expect(queue.waitingCount("restore")).toBe(2);
  });

  it("expires at its time and not before", async () => {
    const { queue, read, write } = queueWith();
    const late = read({ expiresAtMs: 1000 });
    void write({ expiresAtMs: 1001 });
    queue.expire(999);
    expect(queue.waitingCount("person")).toBe(1);
    expect(queue.nextExpiryMs()).toBe(1000);
    queue.expire(1000);
    await expect(late).rejects.toMatchObject({ code: "expired" });
    expect(queue.waitingCount("restore")).toBe(1);
  });

  it("is bounded, lane by lane", async () => {
    const { queue, read } = queueWith();
    for (let n = 0; n < LANE_TABLE.person.bound; n++) read({ key: `${n}` }).catch(() => {});
    await expect(read({ key: "one more" })).rejects.toMatchObject({ code: "queue-full" });
    void read({ key: "another lane", lane: "scan" });
    expect(queue.waitingCount("scan")).toBe(1);
  });

  it("tells everybody when there is nothing left to wait for", async () => {
    const { queue, read, write } = queueWith();
    const waiting = [read({}), write({})];
    queue.rejectEverything(new GatewayError("bus-closed"));
    for (const outcome of await Promise.allSettled(waiting)) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "bus-closed" } });
    }
  });
});

it("serves the next of a lane while the first one's unit must be left alone", () => {
  const { queue, read } = queueWith();
  void read({ unitId: 13 });
  void read({ unitId: 14 });
  expect(queue.head("person", (unitId) => unitId !== 13)?.unitId).toBe(14);
  expect(queue.head("person", () => true)?.unitId).toBe(13);
});
