import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { PacedSlave, type PacedSlaveStats } from "./paced-slave.ts";
import { leastReadMs } from "./physics.ts";

const TURNAROUND_MS = 5;
const UNITS = 8;
const REGISTERS = 40;

/** Debian's interpreter: python3-pymodbus is installed for it and for no other. */
const PYTHON = "/usr/bin/python3";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const TSX = fileURLToPath(import.meta.resolve("tsx"));
const typescript = (path: string) => [process.execPath, "--import", TSX, here(path)];

/** Each master runs in a process of its own, so that its processor time is its own. */
const MASTERS = {
  ours: typescript("./masters/ours.ts"),
  "modbus-serial alone": typescript("./masters/modbus-serial.ts"),
  libmodbus: [PYTHON, here("./masters/libmodbus_master.py")],
  pymodbus: [PYTHON, here("./masters/pymodbus_master.py")],
} as const;
type MasterName = keyof typeof MASTERS;

/** Shares of the physical limit that the gateway's bus has to reach. */
const GOALS: Readonly<Record<number, number>> = { 9600: 0.99, 19200: 0.98, 115200: 0.95 };
const SILENCE_GOAL = 0.999;

const endSchema = z.object({ transactions: z.int(), wrong: z.int(), cpuUs: z.number() });
type MasterEnd = z.infer<typeof endSchema>;

interface Measured {
  wire: PacedSlaveStats;
  end: MasterEnd;
}

export async function* measureLimit({
  bauds,
  seconds,
}: {
  bauds: readonly number[];
  seconds: number;
}): AsyncGenerator<string> {
  yield `${REGISTERS} registers, 11 bits a character, ${TURNAROUND_MS} ms turnaround, ${UNITS} units in turn; ${seconds} s each. Silences kept: goal ${percent(SILENCE_GOAL)}. Processor time: goal at most modbus-serial's.`;
  yield "| baud | master | transactions/s | of the limit | goal | silences kept | shortest silence, ms | CPU, ms/transaction | wrong |";
  yield "|---:|---|---:|---:|---:|---:|---:|---:|---:|";
  for (const baud of bauds) {
    const limit = 1000 / leastReadMs(baud, REGISTERS, TURNAROUND_MS);
    yield `| ${baud} | *the wire* | ${limit.toFixed(2)} | | | | | | |`;
    for (const name of Object.keys(MASTERS) as MasterName[]) {
      const measured = await measure(name, baud, seconds);
      yield `| ${baud} | ${name} | ${measured ? row(name, measured, limit, GOALS[baud]) : "not here | | | | | | "}|`;
    }
  }
}

function row(name: MasterName, { wire, end }: Measured, limit: number, goal = 0): string {
  const cells = [
    wire.perSecond.toFixed(2),
    percent(wire.perSecond / limit),
    name === "ours" ? percent(goal) : "",
    percent(1 - wire.tooShort / Math.max(1, wire.intervals)),
    wire.shortestMs.toFixed(2),
    (end.cpuUs / 1000 / Math.max(1, end.transactions)).toFixed(2),
    end.wrong,
  ];
  return `${cells.join(" | ")} `;
}

/** Undefined when the peer is not installed. */
async function measure(name: MasterName, baud: number, seconds: number): Promise<Measured | undefined> {
  const slave = await PacedSlave.start({ kind: "pty", baud, turnaroundMs: TURNAROUND_MS, units: UNITS });
  try {
    const [program, ...args] = MASTERS[name];
    const task = [slave.address, baud, UNITS, REGISTERS, seconds].map(String);
    const master = spawn(program, [...args, ...task], { stdio: ["ignore", "pipe", "pipe"] });
    const end = await follow(master, () => slave.reset());
    return end && { end, wire: await slave.stats() };
  } finally {
    await slave.stop();
  }
}

/** Until the master has printed its end. */
async function follow(master: ChildProcess, onMeasuring: () => void): Promise<MasterEnd | undefined> {
  if (!master.stdout || !master.stderr) throw new Error("the master has no output");
  let complaint = "";
  master.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  let end: MasterEnd | undefined;
  for await (const line of createInterface({ input: master.stdout })) {
    if (line === "measuring") onMeasuring();
    else if (line.startsWith("{")) end = endSchema.parse(JSON.parse(line));
  }
  if (!end)
    process.stderr.write(
      `${master.spawnargs.at(-6)}: ${complaint.trim().split("\n").at(-1) ?? "no result"}\n`,
    );
  return end;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0.995 && share < 1 ? 2 : 1)} %`;
}
