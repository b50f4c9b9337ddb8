import { spawnSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReadStream } from "node:tty";
import * as nodePty from "@lydell/node-pty";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../clock.ts";
import { ReopeningPipe } from "./reopening-pipe.ts";
import { serialPort } from "./serial.ts";

const LINE = { baud: 9600, parity: "even", stopBits: 1 } as const;
const forever = new AbortController().signal;

/** What the library's `open` answers; its type declarations leave the function out. */
interface BarePtyOpener {
  open(options: { encoding: null }): { ptsName: string; master: ReadStream; slave: ReadStream };
}

let folder: string;
let link: string;
const unplugs: (() => void)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hallmeter-serial-"));
  link = join(folder, "port");
});
afterEach(() => {
  for (const unplug of unplugs.splice(0)) unplug();
  rmSync(folder, { recursive: true });
});

/** A pseudo-terminal behind the link: the far end of the cable, and how to pull it. */
async function plug(): Promise<{ far: ReadStream; ptsName: string; unplug: () => void }> {
  const { ptsName, master, slave } = (nodePty as unknown as BarePtyOpener).open({ encoding: null });
  // Kept open by a descriptor of its own, or the far end would hear a hang-up before anybody has opened the port.
  const keep = openSync(ptsName, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const slaveIsClosed = once(slave, "close");
  slave.destroy();
  await slaveIsClosed;
  spawnSync("stty", ["-F", ptsName, "raw", "-echo"]);
  master.on("error", () => {});
  symlinkSync(ptsName, link);
  let isPlugged = true;
  const unplug = () => {
    if (!isPlugged) return;
    isPlugged = false;
    unlinkSync(link);
    master.destroy();
    closeSync(keep);
  };
  unplugs.push(unplug);
  return { far: master, ptsName, unplug };
}

/** A connection to the port, and everything that it tells. */
async function opened() {
  const told = new EventEmitter();
  const breaks: string[] = [];
  const connection = await serialPort(link, LINE)(
    {
      bytes: (bytes) => told.emit("bytes", Buffer.from(bytes).toString("hex")),
      broken: (reason) => {
        breaks.push(reason);
        told.emit("broken");
      },
    },
    forever,
  );
  return { connection, told, breaks };
}

describe.skipIf(process.platform !== "linux")("a serial port, on a pseudo-terminal", () => {
  it("carries every byte both ways, the ones that terminals make something of among them", async () => {
    const { far } = await plug();
    const { connection, told } = await opened();
    expect(connection.keepsLineSpeed).toBe(false);
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const arrived = collected(far, 256);
    await connection.write(all);
    expect([...(await arrived)]).toEqual([...all]);
    let heard = "";
    const isAll = new Promise<void>((resolve) => {
      told.on("bytes", (hex: string) => {
        heard += hex;
        if (heard.length === 512) resolve();
      });
    });
    far.write(all);
    await isAll;
    expect(heard).toBe(Buffer.from(all).toString("hex"));
    await connection.close();
  });

  it("notices while it is idle that it was unplugged, and closes what is left", async () => {
    const { ptsName, unplug } = await plug();
    const before = descriptorsOf(ptsName);
    const { connection, told, breaks } = await opened();
    const broken = once(told, "broken");
    unplug();
    await broken;
    expect(breaks[0]).toBeTruthy();
    await expect(connection.write(Uint8Array.of(1))).rejects.toThrow();
    await connection.close();
    // One was the far end's.
    expect(descriptorsOf(ptsName)).toBe(before - 1);
  });

  it("cannot be opened where there is none", async () => {
    await expect(opened()).rejects.toThrow(/No such file/);
  });

  it("is open again after it was plugged into another place", async () => {
    const pipe = new ReopeningPipe({ connect: serialPort(link, LINE), clock: systemClock, random: () => 0 });
    const states = new EventEmitter();
    const told: string[] = [];
    pipe.onState(({ state }) => {
      told.push(state);
      states.emit(state);
    });
    let { unplug } = await plug();
    const firstUp = once(states, "up");
    pipe.open();
    await firstUp;
    for (let round = 0; round < 3; round++) {
      const down = once(states, "down");
      unplug();
      await down;
      const up = once(states, "up");
      ({ unplug } = await plug());
      await up;
    }
    expect(told).toEqual(["up", "down", "up", "down", "up", "down", "up"]);
    await pipe.close();
  });
});

function collected(stream: ReadStream, count: number): Promise<Buffer> {
  return new Promise((resolve) => {
    let all = Buffer.alloc(0);
    stream.on("data", (bytes: Buffer) => {
      all = Buffer.concat([all, bytes]);
      if (all.length >= count) resolve(all);
    });
  });
}

function descriptorsOf(ptsName: string): number {
  const links = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The directory's own.
      return "";
    }
  });
  return links.filter((link) => link.replace(" (deleted)", "") === ptsName).length;
}
