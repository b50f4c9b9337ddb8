import { readGatewayFile, startGateway } from "@hallmeter/bus-gateway/main";
import pino from "pino";
import { runPart } from "../start/run-part.ts";

const LOG_LEVEL = /^(fatal|error|warn|info|debug|trace|silent)$/;

export async function runGateway(
  configFile: string,
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<void> {
  const level = env.LOG_LEVEL ?? "info";
  if (!LOG_LEVEL.test(level)) throw new Error(`LOG_LEVEL: "${level}" is no level`);
  await runPart(
    "gateway",
    async () => {
      const part = await startGateway(readGatewayFile(configFile), { log: pino({ level }) });
      return { part, ready: {} };
    },
    print,
  );
}
