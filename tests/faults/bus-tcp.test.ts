import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bus } from "../../apps/bus-gateway/src/bus/bus.ts";
import { openBus } from "../../apps/bus-gateway/src/bus/open-bus.ts";
import { systemClock } from "../../apps/bus-gateway/src/clock.ts";
import { parseRequest, readReply, writeReply } from "../../apps/bus-gateway/src/testing/slave-frames.ts";
import { eventually } from "../support/eventually.ts";

const LINE = { baud: 115_200, parity: "even", stopBits: 1 } as const;
const PROFILE = { minimumGapMs: 0, longestLatencyMs: 200 };
const BLOCK = { name: "sample", function: 3, address: 0x0300, count: 40 } as const;
const UNIT = 13;
/** What the line behind the server takes for request and answer; nothing comes sooner than it can have been said. */
const TRANSACTION_MS = 15;
/** A connection is opened again after a quarter of a second, then later and later. */
const BACK_WITHIN_MS = 5000;

/** Says with each answer which request of all it belongs to. */
const answerTo = (frame: Uint8Array, requestNumber: number) => {
  const { unitId, functionCode, address, count } = parseRequest(frame);
  return functionCode === 16
    ? writeReply(unitId, address, count)
    : readReply(unitId, new Array<number>(count).fill(requestNumber));
};

let bus: Bus;
let requests: number;
/** What the serial server does with a request; the next one is answered well again. */
let mishap: ((socket: Socket, answer: Uint8Array) => void) | null;
let close: () => Promise<void>;

beforeEach(async () => {
  requests = 0;
  mishap = null;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (frame) => {
      requests += 1;
      const answer = answerTo(frame, requests);
      const happens = mishap ?? ((to: Socket) => to.write(answer));
      mishap = null;
      setTimeout(() => happens(socket, answer), TRANSACTION_MS);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  bus = openBus({
    id: "bus",
    pipe: { kind: "rtu-tcp", host: "127.0.0.1", port },
    line: LINE,
    clock: systemClock,
    log: pino({ level: "silent" }),
    random: () => 0.5,
  });
  close = async () => {
    await bus.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  };
});
afterEach(() => close());

const read = () => bus.read({ lane: "person", unitId: UNIT, block: BLOCK, profile: PROFILE });
/** Reads until the bus is up again; the answer has to be that of the last request. */
const readAgain = () =>
  eventually("an answer after the mishap", BACK_WITHIN_MS, async () => {
    const { words } = await read();
    expect(new Set(words)).toEqual(new Set([requests]));
    return true;
  });

describe("a serial server that", () => {
  it("vanishes in the middle of an answer fails the read, and nothing of it is heard again", async () => {
    await readAgain();
    mishap = (socket, answer) => {
      socket.write(answer.subarray(0, 50), () => socket.resetAndDestroy());
    };
    await expect(read()).rejects.toMatchObject({ code: "bus-down", failureClass: "transient" });
    await readAgain();
  });

  it("vanishes before it confirms a write leaves it in doubt", async () => {
    await readAgain();
    mishap = (socket) => {
      socket.resetAndDestroy();
    };
    const write = bus.write({
      lane: "trip",
      unitId: UNIT,
      write: { address: 0x0801, words: [0x8000] },
      profile: PROFILE,
    });
    await expect(write).rejects.toMatchObject({ code: "write-unconfirmed", failureClass: "ambiguous" });
    await readAgain();
  });

  it("hands an answer over in small packets 40 ms apart is understood", async () => {
    await readAgain();
    mishap = (socket, answer) => {
      for (let start = 0; start < answer.length; start += 30)
        setTimeout(() => socket.write(answer.subarray(start, start + 30)), (start / 30) * 40);
    };
    expect(new Set((await read()).words)).toEqual(new Set([requests]));
  });

  it("keeps silent in the middle of an answer and goes on with the next connection's", async () => {
    await readAgain();
    mishap = (socket, answer) => {
      socket.write(answer.subarray(0, 50));
    };
    await expect(read()).rejects.toMatchObject({ code: "reply-truncated" });
    await readAgain();
  });
});
