import { closeSync, fdatasyncSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { UnitId } from "@hallmeter/meter-model";
import { z } from "zod";
import { circuitStateSchema } from "../circuit/circuit-state.ts";
import { deviceStateSchema } from "../device/device.ts";
import { SimulatorError } from "../errors.ts";

const partsSchema = z.object({
  /** Grows with every change that was kept at once. */
  sequence: z.int().nonnegative().default(0),
  /** Time since the first start of the simulation. */
  elapsedMs: z.int().nonnegative().default(0),
  circuits: z.record(z.string(), circuitStateSchema),
  /** What circuits share, by the first unit id of their device. */
  cabinets: z.record(z.string(), deviceStateSchema),
});
/** What all meters of a site keep without power. */
export const siteStateSchema = partsSchema.extend({ version: z.literal(1) });
export type SiteState = z.infer<typeof siteStateSchema>;
/** The circuits and devices that one change has touched. */
export type StateChange = z.infer<typeof partsSchema>;

export function circuitKey(busId: string, unitId: UnitId, loop = 1): string {
  return loop === 1 ? `${busId}/${unitId}` : `${busId}/${unitId}/${loop}`;
}
export const deviceKey = (busId: string, firstUnitId: UnitId) => `${busId}/${firstUnitId}`;

const journalOf = (path: string) => `${path}.journal`;

/** Undefined when there is no such file. */
async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new SimulatorError("state-file-invalid", `${path} cannot be read`, { cause });
  }
}

/** A line that a crash has cut short was not acknowledged to anybody; anything else that is broken is told. */
function changesOf(path: string, text: string): StateChange[] {
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      try {
        return partsSchema.parse(JSON.parse(line));
      } catch (cause) {
        throw new SimulatorError("state-file-invalid", `${path} is not a simulator's journal`, { cause });
      }
    });
}

function apply(state: SiteState, change: StateChange): SiteState {
  if (change.sequence <= state.sequence) return state;
  return {
    ...state,
    sequence: change.sequence,
    elapsedMs: Math.max(state.elapsedMs, change.elapsedMs),
    circuits: { ...state.circuits, ...change.circuits },
    cabinets: { ...state.cabinets, ...change.cabinets },
  };
}

const EMPTY: SiteState = { version: 1, sequence: 0, elapsedMs: 0, circuits: {}, cabinets: {} };

/** Undefined when there is no file yet; throws "state-file-invalid" rather than start meters at a wrong register. */
export async function readStateFile(path: string): Promise<SiteState | undefined> {
  const [text, journal] = await Promise.all([readText(path), readText(journalOf(path))]);
  if (text === undefined && !journal) return undefined;
  try {
    const state = text === undefined ? EMPTY : siteStateSchema.parse(JSON.parse(text));
    return changesOf(journalOf(path), journal ?? "").reduce(apply, state);
  } catch (cause) {
    if (cause instanceof SimulatorError) throw cause;
    throw new SimulatorError("state-file-invalid", `${path} is not a simulator's state`, { cause });
  }
}

/** Old or new, never half: written beside, synced, renamed. */
export async function writeStateFile(path: string, state: SiteState): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.new`;
  const file = await open(beside, "w");
  try {
    await file.writeFile(JSON.stringify(state));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}

/** Changes since the last whole state, each on the disk before `append` returns. */
export class StateJournal {
  readonly #descriptor: number;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#descriptor = openSync(journalOf(path), "a");
  }

  append(change: StateChange): void {
    writeSync(this.#descriptor, `${JSON.stringify(change)}\n`);
    fdatasyncSync(this.#descriptor);
  }

  /** Once the whole state is newer than every line. */
  clear(): void {
    ftruncateSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
