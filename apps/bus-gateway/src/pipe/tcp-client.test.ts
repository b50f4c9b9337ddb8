import { EventEmitter, once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../clock.ts";
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
    const connection = await tcpClient("127.0.0.1", port, { baud: 9600 })(
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
    const connecting = tcpClient("127.0.0.1", port, { baud: 9600 })(
      { bytes: () => {}, broken: () => {} },
      forever,
    );
    await expect(connecting).rejects.toThrow(/ECONNREFUSED/);
  });

  it("gives up at once when it is told to, while it still connects", async () => {
    const abort = new AbortController();
    const connecting = tcpClient("127.0.0.1", port, { baud: 9600 })(
      { bytes: () => {}, broken: () => {} },
      abort.signal,
    );
    abort.abort();
    await expect(connecting).rejects.toThrow("closed the connection");
  });

  it("is connected again after a serial server has dropped it", async () => {
    const pipe = new ReopeningPipe({
      connect: tcpClient("127.0.0.1", port, { baud: 9600 }),
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
