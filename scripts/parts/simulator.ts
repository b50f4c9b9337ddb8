import { readFileSync } from "node:fs";
import { parseSite, startSimulatedSite } from "@hallmeter/meter-simulator";
import { z } from "zod";
import { runPart } from "../start/run-part.ts";

/** The site's own schema judges `site`. */
const fileSchema = z.strictObject({
  site: z.unknown(),
  stateFile: z.string().min(1).optional(),
  seed: z.int().nonnegative().optional(),
});

export interface SimulatorReady {
  /** Serial servers that pass RTU frames through TCP. */
  buses: { host: string; port: number }[];
  reaches: { busId: string; tcpPort?: number; modbusTcpPort?: number; ptyPath?: string }[];
  controlPort: number | undefined;
}

export interface SimulateOptions {
  site: string;
  scenario?: string;
  speed?: number;
}

function readJsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readSiteFile(path: string): z.infer<typeof fileSchema> {
  const content = readJsonFile(path);
  const result = fileSchema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${path}: ${issue?.path.join(".") || "file"}: ${issue?.message}`);
}

export async function runSimulator(options: SimulateOptions, print: (line: string) => void): Promise<void> {
  const { site: input, stateFile, seed } = readSiteFile(options.site);
  const scenario = options.scenario === undefined ? undefined : readJsonFile(options.scenario);
  await runPart<SimulatorReady>(
    "simulator",
    async () => {
      const onSaveFailed = (error: unknown) => process.stderr.write(`state not saved: ${String(error)}\n`);
      const site = await startSimulatedSite(parseSite(input), {
        ...(seed === undefined ? {} : { seed }),
        ...(stateFile === undefined ? {} : { stateFile }),
        ...(scenario === undefined ? {} : { scenario }),
        ...(options.speed === undefined ? {} : { speed: options.speed }),
        onSaveFailed,
      });
      const buses = site.reaches.flatMap(({ tcpPort }) =>
        tcpPort === undefined ? [] : [{ host: "127.0.0.1", port: tcpPort }],
      );
      const reaches = site.reaches.map(({ busId, tcpPort, modbusTcpPort, ptyPath }) => ({
        busId,
        ...(tcpPort !== undefined && { tcpPort }),
        ...(modbusTcpPort !== undefined && { modbusTcpPort }),
        ...(ptyPath !== undefined && { ptyPath }),
      }));
      return { part: site, ready: { buses, reaches, controlPort: site.controlPort } };
    },
    print,
  );
}
