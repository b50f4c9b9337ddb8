import { describe, expect, it } from "vitest";
import { VirtualClock } from "../clock.ts";
import type { Connection, ConnectionEvents, PipeState } from "./byte-pipe.ts";
import { ReopeningPipe } from "./reopening-pipe.ts";

interface Opened {
  events: ConnectionEvents;
  connection: Connection & { closed: boolean; written: Uint8Array[] };
}

/** A far end that refuses the attempts it is told to refuse. */
function pipeOver(refused: (attempt: number) => boolean) {
  const clock = new VirtualClock();
  const attempts: number[] = [];
  const opened: Opened[] = [];
  const states: PipeState[] = [];
  const pipe = new ReopeningPipe({
    clock,
    random: () => 0,
    connect: async (events) => {
      attempts.push(clock.monotonicMs());
      if (refused(attempts.length)) throw new Error("no such port");
      const connection = {
        keepsLineSpeed: true,
        closed: false,
        written: [] as Uint8Array[],
        async write(bytes: Uint8Array) {
          if (connection.closed) throw new Error("broken");
          connection.written.push(bytes);
        },
        async close() {
          connection.closed = true;
        },
      };
      opened.push({ events, connection });
      return connection;
    },
  });
  pipe.onState((state) => states.push(state));
  return { clock, pipe, attempts, opened, states };
}

describe("a pipe that breaks and comes back", () => {
  it("tries again with growing pauses and alarms at the third failure", async () => {
    const { clock, pipe, attempts, states } = pipeOver((attempt) => attempt < 5);
    pipe.open();
    await clock.advance(60_000);
    expect(attempts).toEqual([0, 250, 750, 1750, 3750]);
    expect(states.map((state) => (state.state === "down" ? state.alarm : "up"))).toEqual([
      false,
      false,
      true,
      true,
      "up",
    ]);
    expect(states[0]).toEqual({ state: "down", reason: "no such port", failures: 1, alarm: false });
  });

  it("reopens after an unplug, counts from one again and closes what is left of the old connection", async () => {
    const { clock, pipe, opened, states } = pipeOver(() => false);
    pipe.open();
    await clock.advance(1);
    opened[0]?.events.broken("unplugged");
    opened[0]?.events.broken("unplugged, said twice");
    expect(pipe.isUp).toBe(false);
    expect(opened[0]?.connection.closed).toBe(true);
    await clock.advance(1000);
    expect(states).toMatchObject([{ state: "up" }, { state: "down", failures: 1 }, { state: "up" }]);
    expect(opened).toHaveLength(2);
  });

  it("passes bytes on with the time of their arrival, and nothing from a connection that is gone", async () => {
    const { clock, pipe, opened } = pipeOver(() => false);
    const heard: [string, number][] = [];
    pipe.onBytes((bytes, atMs) => heard.push([Buffer.from(bytes).toString(), atMs]));
    pipe.open();
    await clock.advance(7);
    opened[0]?.events.bytes(Buffer.from("a"));
    opened[0]?.events.broken("gone");
    opened[0]?.events.bytes(Buffer.from("ghost"));
    expect(heard).toEqual([["a", 7]]);
  });

  it("refuses to write while it is down, and says why a write failed", async () => {
    const { clock, pipe, opened } = pipeOver(() => false);
    await expect(pipe.write(Buffer.from("x"))).rejects.toMatchObject({ code: "bus-down" });
    pipe.open();
    await clock.advance(1);
    await opened[0]?.connection.close();
    await expect(pipe.write(Buffer.from("x"))).rejects.toMatchObject({
      code: "bus-down",
      message: "the bus is not connected: broken",
    });
  });

  it("takes a write that fails for the end of the connection, once", async () => {
    const { clock, pipe, opened, states } = pipeOver(() => false);
    pipe.open();
    await clock.advance(1);
    await opened[0]?.connection.close();
    const writes = [1, 2].map(() => pipe.write(Buffer.from("x")));
    expect(await Promise.allSettled(writes)).toMatchObject([{ status: "rejected" }, { status: "rejected" }]);
    opened[0]?.events.broken("closed, said late");
    opened[0]?.events.bytes(Buffer.from("ghost"));
    await clock.advance(1000);
    expect(states).toMatchObject([{ state: "up" }, { state: "down", failures: 1 }, { state: "up" }]);
    expect(opened).toHaveLength(2);
  });

  it("stays closed once it is closed", async () => {
    const { clock, pipe, attempts, opened } = pipeOver((attempt) => attempt === 1);
    pipe.open();
    await clock.advance(100);
    await pipe.close();
    await clock.advance(60_000);
    expect(attempts).toEqual([0]);
    expect(opened).toEqual([]);
  });
});
