import { EventEmitter, once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock, VirtualClock } from "../clock.ts";
import { ReopeningPipe } from "./reopening-pipe.ts";
import { tcpClient } from "./tcp-client.ts";

const forever = new AbortController().signal;

describe("TCP client", () => {
  let server: Server;
  let port: number;

  beforeEach(async () => {
    server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => void server.close());

  it("carries bytes both ways, and says when the other side is gone", async () => {
    const accepted = once(server, "connection") as Promise<[Socket]>;
    const told = new EventEmitter();
    const heard = once(told, "bytes");
    const broken = once(told, "broken");
    const connection = await tcpClient(
      "127.0.0.1",
      port,
      { baud: 9600 },
      systemClock,
    )(
      {
        bytes: (bytes) => told.emit("bytes", Buffer.from(bytes).toString("hex")),
        broken: (reason) => told.emit("broken", reason),
      },
      forever,
    );
    const [far] = await accepted;
    await connection.write(Uint8Array.of(0x11, 0x03));
    const [received] = await once(far, "data");
    expect(received.toString("hex")).toBe("1103");
    far.write(Uint8Array.of(0x11, 0x83, 0x02));
    expect(await heard).toEqual(["118302"]);
    far.destroy();
    expect(await broken).toEqual([expect.stringMatching(/closed|reset/i)]);
    await connection.close();
  });

  it("rejects where nobody listens", async () => {
    server.close();
    await once(server, "close");
    const connecting = tcpClient(
      "127.0.0.1",
      port,
      { baud: 9600 },
      systemClock,
    )({ bytes: () => {}, broken: () => {} }, forever);
    await expect(connecting).rejects.toThrow(/ECONNREFUSED/);
  });

  it("gives up at once when it is told to, while it still connects", async () => {
    const abort = new AbortController();
    const connecting = tcpClient(
      "127.0.0.1",
      port,
      { baud: 9600 },
      systemClock,
    )({ bytes: () => {}, broken: () => {} }, abort.signal);
    abort.abort();
    await expect(connecting).rejects.toThrow("closed the connection");
  });

  it("leaves a connection that takes everything and says nothing, less often each time, until it speaks", async () => {
    const clock = new VirtualClock();
    const connectOnce = tcpClient("127.0.0.1", port, { baud: 9600 }, clock);
    /** Writes every 5 s until the connection is given up; how long that took. */
    const secondsUntilLeft = async (answers: boolean) => {
      const accepted = once(server, "connection") as Promise<[Socket]>;
      const told = new EventEmitter();
      const heard = once(told, "bytes");
      let reason: string | null = null;
      const left = once(told, "broken");
      const connection = await connectOnce(
        {
          bytes: () => told.emit("bytes"),
          broken: (why) => {
            reason = why;
            told.emit("broken");
          },
        },
        forever,
      );
      const [far] = await accepted;
      far.resume();
      if (answers) {
        await connection.write(Uint8Array.of(1));
        far.write(Uint8Array.of(1));
        await heard;
      }
      let seconds = 0;
      for (; ; seconds += 5) {
        const isWritten = await connection.write(Uint8Array.of(1)).then(
          () => true,
          () => false,
        );
        if (!isWritten) break;
        await clock.advance(5000);
      }
      await left;
      expect(reason).toMatch(/nothing heard/);
      return seconds;
    };
    expect(await secondsUntilLeft(false)).toBe(30);
    expect(await secondsUntilLeft(false)).toBe(60);
    expect(await secondsUntilLeft(false)).toBe(120);
    expect(await secondsUntilLeft(true)).toBe(30);
  });

  it("is connected again after a serial server has dropped it", async () => {
    const pipe = new ReopeningPipe({
      connect: tcpClient("127.0.0.1", port, { baud: 9600 }, systemClock),
      clock: systemClock,
      random: () => 0,
    });
    const states: string[] = [];
    const ups = new EventEmitter();
    pipe.onState(({ state }) => {
      states.push(state);
      ups.emit(state);
    });
    const firstUp = once(ups, "up");
    const [[far]] = await Promise.all([once(server, "connection") as Promise<[Socket]>, pipe.open()]);
    await firstUp;
    const secondUp = once(ups, "up");
    far.destroy();
    await secondUp;
    expect(states).toEqual(["up", "down", "up"]);
    await pipe.close();
  });
});
