import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lineThat, PYTHON, readyLine, type SerialPeer, stop, succeeds } from "./peer-process.ts";

export const hasSocat = succeeds("socat", ["-V"]);

/** Two pseudo-terminals joined by socat: a slave in Python at one end, the bus at the other. */
export async function serialSlave(slaveArguments: (path: string) => string[]): Promise<SerialPeer> {
  const folder = await mkdtemp(join(tmpdir(), "hallmeter-peer-"));
  const slaveEnd = join(folder, "slave");
  const busEnd = join(folder, "bus");
  const running: ChildProcess[] = [];
  const plug = async () => {
    const ends = [slaveEnd, busEnd].map((link) => `pty,raw,echo=0,link=${link}`);
    const socat = spawn("socat", ["-d", "-d", ...ends], { stdio: ["ignore", "ignore", "pipe"] });
    running.push(socat);
    await lineThat(socat.stderr, (line) => line.includes("starting data transfer loop"));
    const slave = spawn(PYTHON, slaveArguments(slaveEnd), { stdio: ["ignore", "pipe", "inherit"] });
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
