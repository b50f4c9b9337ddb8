import { resolve } from "node:path";
import { z } from "zod";
import { readJson } from "./demonstration.ts";
import type { DemoLogin } from "./seed.ts";
import { type Demonstration, startDemonstration } from "./start.ts";

/** More than a month, so that a first of the month with its grants and expiries lies in it whenever the demonstration is started. */
export const HISTORY_DAYS = 35;
/** Ctrl-C ends every process within this; the parts have 2 s each in two rounds. */
const CLOSE_LIMIT_MS = 4800;

const settingsSchema = z.object({
  HALLMETER_DATA: z.string().min(1).default("./data"),
  HALLMETER_PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, "must begin with mongodb:// or mongodb+srv://")
    .optional(),
});

function printReady(demonstration: Demonstration, print: (line: string) => void): void {
  const logins = readJson<DemoLogin[]>(demonstration.loginsFile) ?? [];
  const rows = logins.map(({ role, login, password, room }) => {
    const who = room ? `${role} of ${room}` : role;
    return `  ${who.padEnd(18)} ${login.padEnd(18)} ${password}`;
  });
  print(`
Hallmeter is ready.
  console        ${demonstration.origin}/
  resident page  ${demonstration.origin}/my
  API            ${demonstration.origin}/api/docs
  technician     ${demonstration.gatewayOrigin}/

Logins (kept in ${demonstration.loginsFile}):
${rows.join("\n")}

Watch rooms 101 to 107 on the Board: each shows one rule within three minutes. Ctrl-C stops everything.`);
}

/** `hallmeter start`: until Ctrl-C. */
export async function runDemonstration(env: NodeJS.ProcessEnv, print: (line: string) => void): Promise<void> {
  const settings = settingsSchema.safeParse(env);
  if (!settings.success) {
    const [issue] = settings.error.issues;
    throw new Error(`${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { HALLMETER_DATA, HALLMETER_PORT, MONGODB_URI } = settings.data;
  const starting = startDemonstration({
    dataFolder: resolve(HALLMETER_DATA),
    port: HALLMETER_PORT,
    historyDays: HISTORY_DAYS,
    ...(MONGODB_URI ? { mongoUri: MONGODB_URI } : {}),
    env,
    print,
  });
  let running: Demonstration | undefined;
  let isClosing = false;
  const stop = () => {
    if (isClosing) return;
    isClosing = true;
    print("\nstopping …");
    // Before everything is up there is nothing to keep: the parts end when they lose their supervisor.
    if (!running) process.exit(130);
    setTimeout(() => process.exit(1), CLOSE_LIMIT_MS).unref();
    running.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  running = await starting;
  printReady(running, print);
}
