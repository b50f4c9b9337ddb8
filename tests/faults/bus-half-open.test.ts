import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import pino from "pino";
import { expect, it } from "vitest";
import type { BusEvents } from "../../apps/bus-gateway/src/bus/bus.ts";
import { openBus } from "../../apps/bus-gateway/src/bus/open-bus.ts";
import { type Clock, systemClock } from "../../apps/bus-gateway/src/clock.ts";
import { PYTHON, readyLine, stop, succeeds } from "../peers/peer-process.ts";

const SERVER = fileURLToPath(new URL("./black_hole_server.py", import.meta.url));
const canFilter = process.platform === "linux" && succeeds(PYTHON, ["-c", "import socket"]);

/** Half a minute of silence in a second and a half: the sockets are real, the gateway's clock goes faster. */
const SPEED = 20;
const fastClock: Clock = {
  nowMs: () => systemClock.nowMs(),
  monotonicMs: () => SPEED * systemClock.monotonicMs(),
  setTimer: (fn, delayMs) => systemClock.setTimer(fn, delayMs / SPEED),
};
const PROFILE = { minimumGapMs: 0, longestLatencyMs: 1000 };
const BLOCK = { name: "sample", function: 3, address: 0, count: 4 } as const;

it.skipIf(!canFilter)(
  "a connection that goes dead without a word is left, and the next one serves",
  async () => {
    const server = spawn(PYTHON, [SERVER], { stdio: ["ignore", "pipe", "inherit"] });
    const port = Number(await readyLine(server));
    const bus = openBus({
      id: "bus",
      pipe: { kind: "rtu-tcp", host: "127.0.0.1", port },
      line: { baud: 9600, parity: "even", stopBits: 1 },
      clock: fastClock,
      log: pino({ level: "silent" }),
      random: () => 0.5,
    });
    try {
      const connections: number[] = [];
      const reasons: string[] = [];
      bus.on("bus", (event) => {
        if (event.kind === "state" && event.state === "down") reasons.push(event.detail);
      });
      const second = new Promise<BusEvents["reply"]>((resolve) => {
        bus.on("reply", (sample) => {
          const [connection = 0] = sample.replies[0]?.words ?? [];
          connections.push(connection);
          if (connection === 2) resolve(sample);
        });
      });
      bus.setPollPlan([
        { key: "1", unitId: 1, blocks: [BLOCK], holes: [], profile: PROFILE, intervalMs: 1000, lane: "poll" },
      ]);
      await second;
      expect(connections).toContain(1);
      expect(reasons).toEqual([expect.stringContaining("nothing heard")]);
    } finally {
      await bus.close();
      await stop(server);
    }
  },
);
