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

/** Two pseudo-terminals joined by socat: the slave at one end, the bus at the other. */
export async function startSerialSlave(): Promise<Peer> {
  const folder = await mkdtemp(join(tmpdir(), "hallmeter-peer-"));
  const slaveEnd = join(folder, "slave");
  const busEnd = join(folder, "bus");
  const socat = spawn(
    "socat",
    ["-d", "-d", `pty,raw,echo=0,link=${slaveEnd}`, `pty,raw,echo=0,link=${busEnd}`],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  await lineThat(socat.stderr, (line) => line.includes("starting data transfer loop"));
  const slave = spawn(PYTHON, [SLAVE, "serial", slaveEnd], { stdio: ["ignore", "pipe", "inherit"] });
  await readyLine(slave);
  return {
    url: `rtu:${busEnd}?baud=9600`,
    async stop() {
      await stop(slave);
      await stop(socat);
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
