import type { UplinkItem } from "@hallmeter/meter-model";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../clock.ts";
import { DEFAULT_OUTBOX_LIMITS } from "../store/acceptance.ts";
import { GatewayStore } from "../store/gateway-store.ts";
import { siteConfig } from "../testing/gateway-rig.ts";
import { MemoryTables } from "../testing/memory-tables.ts";
import { sampleAt } from "../testing/samples.ts";
import { ScriptedServer } from "../testing/scripted-server.ts";
import { BatchSender } from "./batch-sender.ts";

const START = Date.UTC(2026, 0, 1);
const log = pino({ enabled: false });

function sampleItem(second: number): UplinkItem {
  return { type: "sample", sample: sampleAt(START + second * 1000) };
}

function eventItem(id: string): UplinkItem {
  return {
    type: "event",
    id,
    at: new Date(START).toISOString(),
    kind: "hold-placed",
    subject: {},
    params: {},
  };
}

function openSender(
  tables = new MemoryTables(),
  server = new ScriptedServer(siteConfig([])),
  clock = new VirtualClock(START),
) {
  const store = new GatewayStore({ tables, clock, log, limits: DEFAULT_OUTBOX_LIMITS });
  const sender = new BatchSender({ server, store, clock, log, random: () => 0, onBack: () => {} });
  sender.start();
  return { tables, server, clock, store, sender };
}

const sampleSeconds = (server: ScriptedServer) =>
  server.of("sample").map(({ sample }) => (Date.parse(sample.at) - START) / 1000);

describe("batches", () => {
  it("go about once a second, and at once when something urgent waits", async () => {
    const { server, clock, store } = openSender();
    for (let second = 0; second < 10; second += 1) {
      store.defer(store.sending([sampleItem(second)]));
      await clock.advance(1000);
    }
    expect(server.taken.length).toBeLessThanOrEqual(10);
    expect(sampleSeconds(server)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await store.commit(store.sending([eventItem("e1")]));
    await clock.advance(1);
    expect(server.of("event")).toHaveLength(1);
  });

  it("have growing sequences, from 1", async () => {
    const { server, clock, store } = openSender();
    for (let second = 0; second < 3; second += 1) {
      await store.commit(store.sending([eventItem(`e${second}`)]));
      await clock.advance(100);
    }
    expect(server.taken.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  it("are sent again byte for byte after an answer was lost, over kill -9 as well", async () => {
    const { tables, server, clock, store, sender } = openSender();
    server.losesAnswers = true;
    await store.commit(store.sending([sampleItem(0), eventItem("e1")]));
    await clock.advance(4000);
    const left = tables.afterKill();
    await sender.close();
    server.losesAnswers = false;
    // The server forgot that it had taken it: as one whose answer never told would.
    server.acceptedSequence = 0;
    const again = openSender(left, server, clock);
    await again.store.commit(again.store.sending([eventItem("e2")]));
    await clock.advance(40_000);
    const [first = []] = [...server.bodies.values()];
    expect(first.length).toBeGreaterThan(2);
    expect(new Set(first).size).toBe(1);
    expect(again.store.outbox.size().count).toBe(0);
  });

  it("are not sent again when the server has them already", async () => {
    const { tables, server, clock, store, sender } = openSender();
    await clock.advance(10);
    server.losesAnswers = true;
    await store.commit(store.sending([eventItem("e1")]));
    await clock.advance(10);
    const left = tables.afterKill();
    await sender.close();
    server.losesAnswers = false;
    const again = openSender(left, server, clock);
    await clock.advance(5000);
    expect(server.bodies.get(1)).toHaveLength(1);
    expect(again.store.outbox.size().count).toBe(0);
    await again.store.commit(again.store.sending([eventItem("e2")]));
    await clock.advance(5000);
    expect(server.taken.map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  it("of a gateway that lost its store go on above what the server has", async () => {
    const server = new ScriptedServer(siteConfig([]));
    server.acceptedSequence = 41;
    const { clock, store } = openSender(new MemoryTables(), server);
    await store.commit(store.sending([eventItem("e1")]));
    await clock.advance(2000);
    expect(server.taken.map(({ sequence }) => sequence)).toEqual([42]);
  });

  it("catch up at a bounded rate after an outage, in order", async () => {
    const { server, clock, store } = openSender();
    server.goAway();
    await store.commit(store.sending(Array.from({ length: 2600 }, (_, second) => sampleItem(second))));
    await clock.advance(600_000);
    server.comeBack();
    await clock.advance(31_000);
    const sizes = server.taken.map(({ items }) => items.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
    expect(sampleSeconds(server)).toEqual(Array.from({ length: 2600 }, (_, second) => second));
    const sentAt = server.taken.map((batch) => Date.parse(batch.sentAt));
    expect(Math.min(...sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? 0)))).toBeGreaterThanOrEqual(
      1000,
    );
  });

  it("ask an absent server seldom", async () => {
    const { server, clock, store } = openSender();
    server.goAway();
    await store.commit(store.sending([eventItem("e1")]));
    await clock.advance(600_000);
    expect(server.calls).toBeLessThan(70);
  });

  it("lose only the one item that the server refuses for ever", async () => {
    const { server, clock, store } = openSender();
    server.refusesItem = (item) => item.type === "event" && item.id === "e3";
    await store.commit(store.sending(["e1", "e2", "e3", "e4", "e5"].map(eventItem)));
    await clock.advance(20_000);
    expect(server.of("event").map(({ id }) => id)).toEqual(["e1", "e2", "e4", "e5"]);
    const sequences = server.taken.map(({ sequence }) => sequence);
    expect([...sequences].sort((a, b) => a - b)).toEqual(sequences);
    expect(store.outbox.size().count).toBe(0);
  });
});
