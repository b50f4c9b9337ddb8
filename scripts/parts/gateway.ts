import { text } from "node:stream/consumers";
import { hashPassword, LogRing, readGatewayFile, startGateway } from "@hallmeter/bus-gateway/main";
import pino from "pino";
import { buildTechnicianPage } from "../start/build-pages.ts";
import { runPart } from "../start/run-part.ts";

const LOG_LEVEL = /^(fatal|error|warn|info|debug|trace|silent)$/;
/** As for every other password of the product. */
const SHORTEST_PASSWORD = 12;

export interface GatewayReady {
  /** Of the gateway's own web; absent without one. */
  webPort?: number;
}

export async function runGateway(
  configFile: string,
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<void> {
  const level = env.LOG_LEVEL ?? "info";
  if (!LOG_LEVEL.test(level)) throw new Error(`LOG_LEVEL: "${level}" is no level`);
  await runPart<GatewayReady>(
    "gateway",
    async () => {
      const settings = readGatewayFile(configFile);
      const recentLog = new LogRing();
      const log = pino(
        { level },
        pino.multistream([
          { level: "trace", stream: process.stdout },
          { level: "trace", stream: recentLog },
        ]),
      );
      const pageDir = settings.web?.login === undefined ? undefined : await buildTechnicianPage(print);
      const part = await startGateway(settings, { log, recentLog, ...(pageDir ? { pageDir } : {}) });
      return { part, ready: part.webPort === undefined ? {} : { webPort: part.webPort } };
    },
    print,
  );
}

/** `hallmeter gateway-password`: what the gateway's file wants in place of the password on standard input. */
export async function hashGatewayPassword(print: (line: string) => void): Promise<void> {
  const password = (await text(process.stdin)).trimEnd();
  if (password.length < SHORTEST_PASSWORD)
    throw new Error(`the password is shorter than ${SHORTEST_PASSWORD} characters`);
  print(await hashPassword(password));
}
