import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const SOURCE = fileURLToPath(new URL("./paced-slave.c", import.meta.url));
/** Start bit, eight data bits, even parity, one stop bit. */
export const BITS_PER_CHARACTER = 11;

export interface PacedSlaveSetting {
  kind: "pty" | "tcp";
  baud: number;
  turnaroundMs: number;
  /** It answers as units 1 to this one. */
  units: number;
  deadUnits?: readonly number[];
}

/** What the slave has seen since the last reset. */
const statsSchema = z.object({
  requests: z.int(),
  answers: z.int(),
  /** Silences before a request, and how many of them were shorter than t3.5. */
  intervals: z.int(),
  tooShort: z.int(),
  /** Requests that were no whole frame. */
  broken: z.int(),
  shortestMs: z.number(),
  perSecond: z.number(),
});
export type PacedSlaveStats = z.infer<typeof statsSchema>;

/** A write as it came to the wire. */
export interface SeenWrite {
  unitId: number;
  address: number;
  word: number;
  /** Of its first byte, on the clock of `process.hrtime`. */
  atNs: bigint;
}

let program: string | undefined;

/** Builds the slave once a run; throws when there is no C compiler. */
async function compiled(): Promise<string> {
  if (program) return program;
  const folder = await mkdtemp(join(tmpdir(), "paced-slave-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const target = join(folder, "paced-slave");
  execFileSync("gcc", ["-O2", "-Wall", "-o", target, SOURCE]);
  program = target;
  return target;
}

/** A process that is the far end of a line: see paced-slave.c. */
export class PacedSlave {
  /** Path of the pseudo-terminal, or port on the loopback. */
  readonly address: string;
  readonly #process: ChildProcessWithoutNullStreams;
  #takeStats: (stats: PacedSlaveStats) => void = () => {};
  onWrite: (write: SeenWrite) => void = () => {};

  private constructor(process: ChildProcessWithoutNullStreams, address: string) {
    this.#process = process;
    this.address = address;
  }

  static async start({
    kind,
    baud,
    turnaroundMs,
    units,
    deadUnits = [],
  }: PacedSlaveSetting): Promise<PacedSlave> {
    const setting = [baud, BITS_PER_CHARACTER, Math.round(turnaroundMs * 1000), 1, units, ...deadUnits];
    const child = spawn(await compiled(), [kind, ...setting.map(String)]);
    const lines = createInterface({ input: child.stdout });
    const [ready] = await once(lines, "line");
    const slave = new PacedSlave(child, String(ready).slice("ready ".length));
    lines.on("line", (line) => slave.#hear(line));
    return slave;
  }

  reset(): void {
    this.#process.stdin.write("reset\n");
  }

  stats(): Promise<PacedSlaveStats> {
    return new Promise((resolve) => {
      this.#takeStats = resolve;
      this.#process.stdin.write("stats\n");
    });
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    this.#process.stdin.end();
    await once(this.#process, "exit");
  }

  #hear(line: string): void {
    if (line.startsWith("{")) {
      this.#takeStats(statsSchema.parse(JSON.parse(line)));
      return;
    }
    const [, unitId, address, word, atNs = "0"] = line.split(" ");
    this.onWrite({
      unitId: Number(unitId),
      address: Number(address),
      word: Number(word),
      atNs: BigInt(atNs),
    });
  }
}
