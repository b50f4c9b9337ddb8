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
  buses: { host: string; port: number }[];
  controlPort: number | undefined;
}

function readSiteFile(path: string): z.infer<typeof fileSchema> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const result = fileSchema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${path}: ${issue?.path.join(".") || "file"}: ${issue?.message}`);
}

export async function runSimulator(path: string, print: (line: string) => void): Promise<void> {
  const { site: input, stateFile, seed } = readSiteFile(path);
  await runPart<SimulatorReady>(
    "simulator",
    async () => {
      const onSaveFailed = (error: unknown) => process.stderr.write(`state not saved: ${String(error)}\n`);
      const site = await startSimulatedSite(parseSite(input), {
        ...(seed === undefined ? {} : { seed }),
        ...(stateFile === undefined ? {} : { stateFile }),
        onSaveFailed,
      });
      const buses = site.reaches.flatMap(({ tcpPort }) =>
        tcpPort === undefined ? [] : [{ host: "127.0.0.1", port: tcpPort }],
      );
      return { part: site, ready: { buses, controlPort: site.controlPort } };
    },
    print,
  );
}
