import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Debian's interpreter: python3-pymodbus is installed for it and for no other. */
const PYTHON = "/usr/bin/python3";
const SLAVE = fileURLToPath(new URL("./pymodbus_slave.py", import.meta.url));

export const hasPymodbus = succeeds(PYTHON, ["-c", "import pymodbus, serial_asyncio"]);
export const hasSocat = succeeds("socat", ["-V"]);

export interface Peer {
  /** As `parseBusUrl` takes it. */
  url: string;
  stop(): Promise<void>;
}

export async function startTcpSlave(): Promise<Peer> {
  const slave = spawn(PYTHON, [SLAVE, "tcp"], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await readyLine(slave);
  return { url: `tcp://127.0.0.1:${port}`, stop: () => stop(slave) };
}

export interface SerialPeer extends Peer {
  /** The cable and the slave are gone; the path of the port with them. */
  unplug(): Promise<void>;
  plug(): Promise<void>;
}

/** Two pseudo-terminals joined by socat: the slave at one end, the bus at the other. */
export async function startSerialSlave(): Promise<SerialPeer> {
  const folder = await mkdtemp(join(tmpdir(), "hallmeter-peer-"));
  const slaveEnd = join(folder, "slave");
  const busEnd = join(folder, "bus");
  const running: ChildProcess[] = [];
  const plug = async () => {
    const ends = [slaveEnd, busEnd].map((link) => `pty,raw,echo=0,link=${link}`);
    const socat = spawn("socat", ["-d", "-d", ...ends], { stdio: ["ignore", "ignore", "pipe"] });
    running.push(socat);
    await lineThat(socat.stderr, (line) => line.includes("starting data transfer loop"));
    const slave = spawn(PYTHON, [SLAVE, "serial", slaveEnd], { stdio: ["ignore", "pipe", "inherit"] });
    running.push(slave);
    await readyLine(slave);
  };
  const unplug = async () => {
    for (const process of running.splice(0).reverse()) await stop(process);
  };
  await plug();
  return {
    url: `rtu:${busEnd}?baud=9600`,
    plug,
    unplug,
    async stop() {
      await unplug();
      await rm(folder, { recursive: true });
    },
  };
}

async function readyLine(slave: ChildProcess): Promise<string> {
  const line = await lineThat(slave.stdout, (text) => text.startsWith("ready "));
  return line.slice("ready ".length);
}

async function lineThat(
  stream: NodeJS.ReadableStream | null,
  matches: (line: string) => boolean,
): Promise<string> {
  if (!stream) throw new Error("the peer has no such output");
  const lines = createInterface({ input: stream });
  for await (const line of lines) {
    if (!matches(line)) continue;
    // Whatever else the peer says must not fill the pipe and stop it.
    stream.resume();
    return line;
  }
  throw new Error("the peer ended before it was ready");
}

async function stop(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  process.kill();
  await once(process, "exit");
}

function succeeds(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
