import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import ModbusRTU from "modbus-serial";
import { afterEach, describe, expect, it } from "vitest";
import { createScaledClock } from "../clock/scaled-clock.ts";
import { createVirtualClock } from "../clock/virtual-clock.ts";
import { hasGoodCrc, withCrc } from "../modbus/crc.ts";
import { startSimulatedSite } from "../site/simulated-site.ts";
import type { SiteFileInput } from "../site/site-file.ts";

type BusInput = SiteFileInput["buses"][number];

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const bus = (extra: Partial<BusInput>): BusInput => ({
  id: "bus",
  line: { baud: 115_200, parity: "none", stopBits: 1 },
  turnaroundMs: 5,
  meters: [
    { profile: "eastron-sdm120", unitId: 3, initialEnergyWh: 1_500_000 },
    { profile: "acrel-1352", unitId: 4, variant: "single-phase" },
  ],
  ...extra,
});
async function start(buses: BusInput[], options = {}) {
  const site = await startSimulatedSite({ buses }, options);
  closers.push(() => site.close());
  return site;
}

describe("Modbus TCP", () => {
  it("serves an independent master, several requests at once, and tells of a silent unit", async () => {
    const site = await start([bus({ listen: { modbusTcp: { port: 0 } } })]);
    const port = site.reaches[0]?.modbusTcpPort ?? 0;
    const master = new ModbusRTU();
    await master.connectTCP("127.0.0.1", { port });
    closers.push(async () => master.close(() => {}));
    master.setTimeout(3000);
    master.setID(3);
    expect((await master.readInputRegisters(0x0048, 2)).buffer.readFloatBE(0)).toBe(1500);
    master.setID(4);
    await master.writeRegisters(0x0057, [1, 1]);
    expect(site.circuit("bus", 4).relay).toBe("open");
    await expect(master.readHoldingRegisters(0x7000, 1)).rejects.toMatchObject({ modbusCode: 2 });
    master.setID(99);
    await expect(master.readHoldingRegisters(0, 1)).rejects.toMatchObject({ modbusCode: 0x0b });
  });

  it("answers what came in one piece or in many in its order, under its own transaction numbers", async () => {
    const site = await start([bus({ listen: { modbusTcp: { port: 0 } } })]);
    const client = connect(site.reaches[0]?.modbusTcpPort ?? 0, "127.0.0.1");
    closers.push(async () => client.destroy());
    const ask = (transaction: number, address: number) =>
      Buffer.from([0, transaction, 0, 0, 0, 6, 4, 3, address >> 8, address & 0xff, 0, 1]);
    const bytes = Buffer.concat([ask(7, 0x0200), ask(8, 0x0213), ask(9, 0x7000)]);
    client.write(bytes.subarray(0, 5));
    client.write(bytes.subarray(5));
    let heard = Buffer.alloc(0);
    while (heard.length < 11 + 11 + 9)
      heard = Buffer.concat([heard, ...((await once(client, "data")) as Buffer[])]);
    expect(heard.toString("hex")).toBe(
      "000700000005040302" + "0007" + "000800000005040302" + "0001" + "000900000003048302",
    );
  });

  it("closes a connection that is no Modbus TCP", async () => {
    const site = await start([bus({ listen: { modbusTcp: { port: 0 } } })]);
    const client = connect(site.reaches[0]?.modbusTcpPort ?? 0, "127.0.0.1");
    client.write("GET / HTTP/1.1\r\n\r\n");
    await once(client, "close");
  });
});

/** A gateway's listener that keeps what every connection sends. */
async function listener() {
  const calls: { socket: Socket; heard: () => string; waitFor: (text: string) => Promise<void> }[] = [];
  const server: Server = createServer((socket) => {
    let text = "";
    socket.on("data", (bytes: Buffer) => {
      text += bytes.toString("latin1");
    });
    socket.on("error", () => {});
    const waitFor = async (wanted: string) => {
      while (!text.includes(wanted)) await once(socket, "data");
    };
    calls.push({ socket, heard: () => text, waitFor });
    server.emit("call");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    for (const { socket } of calls) socket.destroy();
    server.close();
  });
  const callsOf = async (count: number) => {
    while (calls.length < count) await once(server, "call");
    return calls;
  };
  const address = server.address();
  return { port: typeof address === "object" && address ? address.port : 0, calls, callsOf };
}

describe("dialling in", () => {
  it("registers, answers over the same connection, sends heartbeats, and calls again", async () => {
    const { port, callsOf } = await listener();
    await start([
      bus({ dialIn: { port, registration: "DTU-0001", heartbeat: "ping", heartbeatS: 1, reconnectS: 0.05 } }),
    ]);
    const [first] = await callsOf(1);
    await first?.waitFor("DTU-0001");
    first?.socket.write(withCrc([4, 3, 2, 0, 0, 1]));
    await first?.waitFor("\x04\x03\x02\x00\x07");
    const reply = Buffer.from(first?.heard().slice("DTU-0001".length) ?? "", "latin1");
    expect(hasGoodCrc(Uint8Array.from(reply.subarray(0, 7)))).toBe(true);
    await first?.waitFor("ping");
    first?.socket.resetAndDestroy();
    const [, second] = await callsOf(2);
    await second?.waitFor("DTU-0001");
  });

  it("reconnects two hundred units at once, each under its own name", async () => {
    const { port, callsOf } = await listener();
    const names = Array.from({ length: 200 }, (_, index) => `DTU-${String(index).padStart(4, "0")}`);
    const site = await start(
      names.map((registration) =>
        bus({ id: registration, dialIn: { port, registration, reconnectS: 0.05 } }),
      ),
    );
    for (const { socket } of [...(await callsOf(200))]) socket.resetAndDestroy();
    const again = (await callsOf(400)).slice(200);
    await Promise.all(again.map(({ waitFor }) => waitFor("DTU-")));
    expect(again.map(({ heard }) => heard().slice(0, 8)).sort()).toEqual(names);
    expect(site.reaches.every(({ isDialedIn }) => isDialedIn?.())).toBe(true);
  });
});

describe("speed", () => {
  it("lets the world live faster and leaves the wire its baud", async () => {
    const clock = createVirtualClock(Date.UTC(2026, 10, 21));
    const meters: BusInput["meters"] = [
      { profile: "acrel-1352", unitId: 4, variant: "single-phase", appliances: [{ kind: "heater" }] },
    ];
    const site = await start([bus({ line: { baud: 9600, parity: "none", stopBits: 1 }, meters })], {
      clock,
      speed: 60,
    });
    let endedAtMs = 0;
    const port = site.hub("bus").attach({
      onCharacters: (_bytes, endMs) => {
        endedAtMs = endMs;
      },
    });
    port.send(withCrc([4, 3, 2, 0, 0, 1]));
    clock.advance(60_000);
    // 8 characters, the turnaround, 7 characters.
    expect(endedAtMs).toBeCloseTo((15 * 10_000) / 9600 + 5, 3);
    // An hour at 1500 W.
    expect(site.circuit("bus", 4).energyWh).toBeGreaterThan(1480);
    expect(site.circuit("bus", 4).energyWh).toBeLessThan(1520);
  });

  it("fires timers of the world in its own time", () => {
    const clock = createVirtualClock(1000);
    const world = createScaledClock(clock, 10);
    const fired: number[] = [];
    world.setTimer(() => fired.push(world.monotonicMs()), 500);
    clock.advance(49);
    expect([fired, world.nowMs()]).toEqual([[], 1490]);
    clock.advance(1);
    expect(fired).toEqual([500]);
  });
});
