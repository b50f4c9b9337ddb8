import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { circuitStateSchema } from "../cabinet/circuit-state.ts";
import { SimulatorError } from "../errors.ts";

/** What all meters of a site keep without power. */
export const siteStateSchema = z.object({
  version: z.literal(1),
  circuits: z.record(z.string(), circuitStateSchema),
  cabinets: z.record(
    z.string(),
    z.object({ clockErrorMs: z.number(), written: z.array(z.tuple([z.int(), z.int()])) }),
  ),
});
export type SiteState = z.infer<typeof siteStateSchema>;

export const circuitKey = (busId: string, unitId: number) => `${busId}/${unitId}`;
export const cabinetKey = (busId: string, firstUnitId: number) => `${busId}/${firstUnitId}`;

/** Undefined when there is no file yet; throws "state-file-invalid" rather than start meters at a wrong register. */
export async function readStateFile(path: string): Promise<SiteState | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new SimulatorError("state-file-invalid", `${path} cannot be read`, { cause });
  }
  try {
    return siteStateSchema.parse(JSON.parse(text));
  } catch (cause) {
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
