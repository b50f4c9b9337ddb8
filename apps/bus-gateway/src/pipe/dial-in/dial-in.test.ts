import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { pipeSchema } from "@hallmeter/meter-model";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../clock.ts";
import type { PipeState } from "../byte-pipe.ts";
import { DialInListener, type RefusedConnection } from "./dial-in-listener.ts";
import { type DialInConfig, DialInPipe } from "./dial-in-pipe.ts";

const LINE = { baud: 9600 };

let clock: VirtualClock;
let listener: DialInListener;
let port: number;
let refused: RefusedConnection[];
let afterRefusal: () => void;
const pipes: DialInPipe[] = [];
const sockets: Socket[] = [];

beforeEach(async () => {
  clock = new VirtualClock();
  refused = [];
  afterRefusal = () => {};
  listener = new DialInListener({
    clock,
    end: {},
    onRefused: (each) => {
      refused.push(each);
      afterRefusal();
    },
  });
  port = await listener.listen(0, "127.0.0.1");
});

afterEach(async () => {
  for (const pipe of pipes.splice(0)) await pipe.close();
  await listener.close();
  for (const socket of sockets.splice(0)) socket.destroy();
});

function pipeConfig(registration: string, more: Partial<DialInConfig> = {}): DialInConfig {
  const config = pipeSchema.parse({ kind: "dial-in", registration, ...more });
  if (config.kind !== "dial-in") throw new Error("another kind");
  return config;
}

/** A pipe with everything it says, and promises of what it says next. */
function opened(config: DialInConfig) {
  const pipe = new DialInPipe({ config, line: LINE, listener, clock });
  const states: PipeState[] = [];
  const heard: string[] = [];
  const waiting: { isThere: () => boolean; resolve: () => void }[] = [];
  const look = () => {
    for (const each of waiting) if (each.isThere()) each.resolve();
  };
  pipe.onState((state) => {
    states.push(state);
    look();
  });
  pipe.onBytes((bytes) => {
    heard.push(Buffer.from(bytes).toString("latin1"));
    look();
  });
  const until = (isThere: () => boolean) =>
    new Promise<void>((resolve) => {
      waiting.push({ isThere, resolve });
      look();
    });
  pipe.open();
  pipes.push(pipe);
  return { pipe, states, heard, until };
}

/** A unit that dials in and says what it says. */
async function unit(...said: string[]): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  socket.on("error", () => {});
  await once(socket, "connect");
  for (const text of said) socket.write(Buffer.from(text, "latin1"));
  return socket;
}

function refusal(): Promise<void> {
  return new Promise((resolve) => {
    afterRefusal = resolve;
  });
}

describe("a unit that dials in", () => {
  it("becomes the bus that knows its registration, both ways", async () => {
    const { pipe, states, heard, until } = opened(pipeConfig("DTU-7"));
    opened(pipeConfig("DTU-8"));
    expect(pipe.isUp).toBe(false);
    const socket = await unit("DTU-7\x01\x03");
    await until(() => heard.length > 0);
    expect(states).toEqual([{ state: "up" }]);
    expect(heard).toEqual(["\x01\x03"]);
    await pipe.write(Uint8Array.of(7, 3));
    const [received] = await once(socket, "data");
    expect([...received]).toEqual([7, 3]);
  });

  it("is down the moment it hangs up, and an alarm when it stays away", async () => {
    const { pipe, states, until } = opened(pipeConfig("DTU-7"));
    const socket = await unit("DTU-7");
    await until(() => pipe.isUp);
    socket.destroy();
    await until(() => states.length === 2);
    await clock.advance(59_999);
    expect(states[1]).toMatchObject({ state: "down", failures: 1, alarm: false });
    await clock.advance(1);
    expect(states[2]).toMatchObject({
      state: "down",
      failures: 2,
      alarm: true,
      reason: "the unit does not dial in",
    });
    await expect(pipe.write(Uint8Array.of(1))).rejects.toMatchObject({ code: "bus-down" });
    await unit("DTU-7");
    await until(() => pipe.isUp);
    expect(states.at(-1)).toEqual({ state: "up" });
  });

  it("that never comes is an alarm as well", async () => {
    const { states } = opened(pipeConfig("DTU-7"));
    await clock.advance(60_000);
    expect(states).toEqual([
      { state: "down", reason: "the unit does not dial in", failures: 1, alarm: true },
    ]);
  });

  it("takes the place of its own older connection", async () => {
    const { states, heard, until } = opened(pipeConfig("DTU-7"));
    const old = await unit("DTU-7");
    await until(() => states.length === 1);
    const oldIsGone = once(old, "close");
    const young = await unit("DTU-7");
    await until(() => states.length === 3);
    await oldIsGone;
    expect(states.map(({ state }) => state)).toEqual(["up", "down", "up"]);
    young.write("\x01");
    await until(() => heard.length === 1);
    expect(heard).toEqual(["\x01"]);
  });

  it("may fall silent between the pieces of its registration", async () => {
    const { pipe, until } = opened(pipeConfig("DTU-7"));
    const socket = await unit("DTU");
    socket.write("-7");
    await until(() => pipe.isUp);
  });

  it("whose name begins another's is known by its silence", async () => {
    const short = opened(pipeConfig("DTU-1"));
    const long = opened(pipeConfig("DTU-12"));
    await unit("DTU-12");
    await long.until(() => long.pipe.isUp);
    await unit("DTU-1");
    while (!short.pipe.isUp) await clock.advance(100);
    expect(short.states).toEqual([{ state: "up" }]);
  });
});

describe("heartbeats", () => {
  it("keep the connection, are answered, and never reach the protocol", async () => {
    const config = pipeConfig("DTU-7", { heartbeat: "ping", heartbeatReply: "pong", silentAfterS: 30 });
    const { pipe, states, heard, until } = opened(config);
    const socket = await unit("DTU-7");
    await until(() => pipe.isUp);
    for (let beat = 0; beat < 5; beat++) {
      await clock.advance(29_000);
      socket.write("ping");
      const [reply] = await once(socket, "data");
      expect(String(reply)).toBe("pong");
    }
    socket.write("\x01\x03ping");
    await until(() => heard.length === 1);
    expect(heard).toEqual(["\x01\x03"]);
    expect(states).toHaveLength(1);
  });

  it("that are missing end it, whatever is sent to the unit meanwhile", async () => {
    const { pipe, states, until } = opened(pipeConfig("DTU-7", { silentAfterS: 30 }));
    const socket = await unit("DTU-7");
    socket.resume();
    await until(() => pipe.isUp);
    const gone = once(socket, "close");
    for (let second = 0; second < 30; second += 5) {
      await pipe.write(Uint8Array.of(1));
      await clock.advance(5000);
    }
    await gone;
    expect(states[1]).toMatchObject({ state: "down", reason: "nothing heard for 30 s" });
  });

  it("that only seemed to begin are passed on", async () => {
    const { heard } = opened(pipeConfig("DTU-7", { heartbeat: "ping", heartbeatReply: "pong" }));
    const socket = await unit("DTU-7");
    socket.write("pingpi");
    await once(socket, "data");
    expect(heard).toEqual([]);
    await clock.advance(100);
    expect(heard).toEqual(["pi"]);
  });
});

describe("who is not let in", () => {
  it("a unit that no bus knows", async () => {
    opened(pipeConfig("DTU-7"));
    const told = refusal();
    const socket = await unit("DTU-9");
    await Promise.all([told, once(socket, "close")]);
    expect(refused).toEqual([
      { code: "dial-in-stranger", remoteAddress: "127.0.0.1", said: Buffer.from("DTU-9").toString("hex") },
    ]);
  });

  it("a connection that says nothing, or only drips", async () => {
    opened(pipeConfig("DTU-7"));
    const mute = await unit();
    const dripping = await unit("D");
    await clock.advance(0);
    const gone = Promise.all([once(mute, "close"), once(dripping, "close")]);
    await clock.advance(10_000);
    await gone;
    expect(refused.map(({ code }) => code).sort()).toEqual(["dial-in-mute", "dial-in-stranger"]);
  });

  it("a connection with more to say than any unit", async () => {
    opened(pipeConfig("hex:??".padEnd(4 + 128 * 2, "??")));
    const told = refusal();
    const socket = await unit("x".repeat(100));
    socket.write("x".repeat(1000));
    await told;
    expect(refused.map(({ code }) => code)).toEqual(["dial-in-flood"]);
  });

  it("more connections than there can be units: the oldest gives way", async () => {
    const { pipe, until } = opened(pipeConfig("DTU-7"));
    const isFull = new Promise<void>((resolve) => {
      afterRefusal = () => refused.length === 600 - 512 && resolve();
    });
    const flood = await Promise.all(Array.from({ length: 600 }, () => unit()));
    await isFull;
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(["dial-in-flood"]));
    await unit("DTU-7");
    await until(() => pipe.isUp);
    for (const socket of flood) socket.destroy();
  });
});

describe("a bus that waits in vain", () => {
  it("has the registration of another", async () => {
    opened(pipeConfig("DTU-7"));
    const { states } = opened(pipeConfig("hex:44 54 55 2D 37"));
    await clock.advance(0);
    expect(states).toEqual([
      { state: "down", reason: "another bus has the same registration", failures: 1, alarm: true },
    ]);
  });

  it("is configured at a gateway that takes nobody in", async () => {
    const pipe = new DialInPipe({ config: pipeConfig("DTU-7"), line: LINE, listener: null, clock });
    const states: PipeState[] = [];
    pipe.onState((state) => states.push(state));
    pipe.open();
    await clock.advance(0);
    expect(states).toMatchObject([{ state: "down", alarm: true }]);
    await pipe.close();
  });

  it("cannot be, when the port is taken", async () => {
    const second = new DialInListener({ clock, end: {}, onRefused: () => {} });
    await expect(second.listen(port, "127.0.0.1")).rejects.toMatchObject({ code: "dial-in-port" });
    await second.close();
  });
});

it("takes 200 units back at once, while their old connections still look alive, and holds nobody up", async () => {
  const names = Array.from({ length: 200 }, (_, n) => `unit-${1000 + n}`);
  const buses = names.map((name) => opened(pipeConfig(name)));
  const allUp = (times: number) =>
    Promise.all(
      buses.map(({ states, until }) =>
        until(() => states.filter(({ state }) => state === "up").length === times),
      ),
    );
  await Promise.all(names.map((name) => unit(name)));
  await allUp(1);

  const startedMs = performance.now();
  const before = process.cpuUsage();
  await Promise.all(names.map((name) => unit(name)));
  await allUp(2);
  const { user, system } = process.cpuUsage(before);
  // Processor time, both ends together: what others do on this machine does not count. 0.1 s where it was measured.
  expect((user + system) / 1000).toBeLessThan(1000);
  expect(performance.now() - startedMs).toBeLessThan(10_000);
  expect(buses.every(({ pipe }) => pipe.isUp)).toBe(true);
  expect(refused).toEqual([]);
});
