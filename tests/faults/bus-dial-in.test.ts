import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { pipeSchema } from "@hallmeter/meter-model";
import pino from "pino";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Bus } from "../../apps/bus-gateway/src/bus/bus.ts";
import { openBus } from "../../apps/bus-gateway/src/bus/open-bus.ts";
import { systemClock } from "../../apps/bus-gateway/src/clock.ts";
import { DialInListener } from "../../apps/bus-gateway/src/pipe/dial-in/dial-in-listener.ts";
import { parseRequest, readReply } from "../../apps/bus-gateway/src/testing/slave-frames.ts";
import { eventually } from "../support/eventually.ts";

const UNITS = 200;
const LINE = { baud: 115_200, parity: "even", stopBits: 1 } as const;
const BLOCK = { name: "sample", function: 3, address: 0, count: 4 } as const;
/** All lines have the same meter: only the connection tells whose an answer is. */
const METER = 1;
const PROFILE = { minimumGapMs: 0, longestLatencyMs: 500 };
/** What the line behind a unit takes; nothing comes sooner than it can have been said. */
const TRANSACTION_MS = 10;
/** A promise for units that all lost the same cell, on a machine that has other things to do. */
const ALL_BACK_WITHIN_MS = 10_000;

const nameOf = (index: number) => `DTU-${String(index).padStart(4, "0")}`;

let listener: DialInListener;
let port: number;
const buses: Bus[] = [];
const sockets: Socket[] = [];

beforeEach(async () => {
  listener = new DialInListener({ clock: systemClock, end: {}, onRefused: () => {} });
  port = await listener.listen(0, "127.0.0.1");
});
afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
  for (const socket of sockets.splice(0)) socket.destroy();
  await listener.close();
});

/** A unit with a meter that says which line and which connection of it is speaking; it sends heartbeats in between. */
async function dialIn(index: number, generation: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(nameOf(index));
  socket.on("data", (frame) => {
    const { unitId } = parseRequest(frame);
    socket.write("HEARTBEAT");
    setTimeout(() => socket.write(readReply(unitId, [index, generation, index, generation])), TRANSACTION_MS);
  });
  return socket;
}

it("200 units that dial in anew at once, their old connections still open, each come back to their own bus", async () => {
  const seen = new Map<number, number>();
  const strays: string[] = [];
  for (let index = 0; index < UNITS; index++) {
    const bus = openBus({
      id: nameOf(index),
      pipe: pipeSchema.parse({ kind: "dial-in", registration: nameOf(index), heartbeat: "HEARTBEAT" }),
      line: LINE,
      clock: systemClock,
      log: pino({ level: "silent" }),
      random: Math.random,
      dialIn: listener,
    });
    buses.push(bus);
    bus.on("reply", ({ replies: [reply] }) => {
      const [line = -1, generation = -1] = reply?.words ?? [];
      if (line !== index) strays.push(`bus ${index} was told a value of line ${line}`);
      if (generation < (seen.get(index) ?? 0)) strays.push(`bus ${index} heard an old connection`);
      seen.set(index, generation);
    });
    bus.setPollPlan([
      {
        key: "meter",
        unitId: METER,
        blocks: [BLOCK],
        holes: [],
        profile: PROFILE,
        intervalMs: 1000,
        lane: "poll",
      },
    ]);
  }
  for (const generation of [1, 2, 3]) {
    await Promise.all(buses.map((_, index) => dialIn(index, generation)));
    await eventually(`every bus to hear connection ${generation}`, ALL_BACK_WITHIN_MS, async () => {
      return seen.size === UNITS && [...seen.values()].every((heard) => heard === generation);
    });
  }
  expect(strays).toEqual([]);
});
