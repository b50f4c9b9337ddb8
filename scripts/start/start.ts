import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type GatewayFile, hashPassword } from "@hallmeter/bus-gateway/main";
import type { GatewayReady } from "../parts/gateway.ts";
import type { SimulatorReady } from "../parts/simulator.ts";
import { signIn } from "./api-client.ts";
import { buildConsole, buildTechnicianPage } from "./build-pages.ts";
import { writeSimulatedSite } from "./demo-simulation.ts";
import {
  type DemonstrationFiles,
  demonstrationFiles,
  forgetHalfSeeded,
  readJson,
  type SeededRecord,
  writeJson,
} from "./demonstration.ts";
import { type KeptProcess, keepRunning } from "./kept-process.ts";
import { type DemoLogin, newPassword, placeLockouts } from "./seed.ts";

export interface StartSettings {
  dataFolder: string;
  port: number;
  /** Days of history that a first start makes up; 1 or more. */
  historyDays: number;
  /** A MongoDB of the user's own; the embedded store then stays away. */
  mongoUri?: string;
  env: NodeJS.ProcessEnv;
  print: (line: string) => void;
}

export interface Demonstration {
  origin: string;
  /** The gateway's own web, with the technician's page. */
  gatewayOrigin: string;
  loginsFile: string;
  /** The console that the API serves. */
  consoleFolder: string;
  mongoUri: string;
  /** Every part by name, for those who want to see what the others do without it. */
  parts: Record<PartName, KeptProcess<unknown>>;
  close(): Promise<void>;
}

export type PartName = "store" | "simulator" | "api" | "gateway";

interface Secrets {
  jwtSecret: string;
}

/** Starts every part of the demonstration site and answers once all are ready. The second start finds what the first left. */
export async function startDemonstration(settings: StartSettings): Promise<Demonstration> {
  const files = demonstrationFiles(settings.dataFolder);
  const record = readJson<SeededRecord>(files.seededFile);
  if (!record && !settings.mongoUri) forgetHalfSeeded(files);
  const secrets = readJson<Secrets>(files.secretsFile) ?? {
    jwtSecret: randomBytes(48).toString("base64url"),
  };
  writeJson(files.secretsFile, secrets);

  const parts = {} as Record<PartName, KeptProcess<unknown>>;
  const keep: Keep = <Ready>(
    name: PartName,
    args: (previous: Ready | undefined) => string[],
    env: NodeJS.ProcessEnv = {},
  ) => {
    const part = keepRunning<Ready>({
      name,
      args,
      env: { ...settings.env, ...env },
      logFile: join(files.logs, `${name}.log`),
      onRestart: (who, how) => settings.print(`${who} ${how}; starting it again`),
    });
    parts[name] = part;
    return part;
  };
  const close = () => closeParts(parts);

  try {
    const startedAt = record?.siteStartedAt ?? new Date().toISOString();
    writeSimulatedSite(files.siteFile, files.simulatorState);
    const building = buildPages(settings.print);
    // Whoever waits for it hears of a failure; until then the past is lived through beside it.
    building.catch(() => {});
    const mongoUri = settings.mongoUri ?? (await startStore(keep, files));
    const apiEnv = {
      MONGODB_URI: mongoUri,
      HALLMETER_DATA: files.folder,
      HALLMETER_PORT: String(settings.port),
      HALLMETER_JWT_SECRET: secrets.jwtSecret,
      ...(settings.env.HALLMETER_SMTP_URL === undefined
        ? { HALLMETER_MAIL_DIR: join(files.folder, "mails") }
        : {}),
    };
    const seeded = record ?? (await seed(files, { ...settings.env, ...apiEnv }, startedAt, settings));
    const consoleFolder = await building;
    const api = await keep<{ port: number }>(
      "api",
      (previous) => [
        "api",
        "--console",
        consoleFolder,
        ...(previous ? ["--port", String(previous.port)] : []),
      ],
      apiEnv,
    ).ready;
    const origin = `http://127.0.0.1:${api.port}`;
    // The story of the rooms begins with the simulator, so it starts when the gateway is about to look.
    const { buses } = await keep<SimulatorReady>("simulator", () => ["simulate", "--site", files.siteFile])
      .ready;
    await pointBuses(origin, seeded, buses);
    pointGateway(files, origin);
    await addTechnician(files, settings.port);
    const gateway = await keep<GatewayReady>("gateway", () => ["gateway", "--config", files.gatewayFile])
      .ready;
    if (!seeded.hasLockouts) await tagOut(files, origin, seeded);
    return {
      origin,
      gatewayOrigin: `http://127.0.0.1:${gateway.webPort}`,
      loginsFile: files.loginsFile,
      consoleFolder,
      mongoUri,
      parts,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The store closes last: the others still write while they close. */
async function closeParts(parts: Partial<Record<PartName, KeptProcess<unknown>>>): Promise<void> {
  const { store, ...others } = parts;
  await Promise.all(Object.values(others).map((part) => part.stop()));
  await store?.stop();
}

type Keep = <Ready>(
  name: PartName,
  args: (previous: Ready | undefined) => string[],
  env?: NodeJS.ProcessEnv,
) => KeptProcess<Ready>;

async function startStore(keep: Keep, files: DemonstrationFiles): Promise<string> {
  const { port } = await keep<{ port: number }>("store", (previous) => [
    "store",
    "--dbpath",
    files.store,
    "--port",
    String(previous?.port ?? 0),
  ]).ready;
  return `mongodb://127.0.0.1:${port}/hallmeter`;
}

async function seed(
  files: DemonstrationFiles,
  apiEnv: NodeJS.ProcessEnv,
  siteStartedAt: string,
  { historyDays: days, print }: StartSettings,
): Promise<SeededRecord> {
  print("first start: living through the weeks before it …");
  const { liveHistory } = await import("./history/live-history.ts");
  const administrator = { role: "administrator", login: "admin", password: newPassword() };
  const { logins, gateway, busIds } = await liveHistory({
    apiEnv,
    administrator,
    startedAt: new Date(siteStartedAt),
    days,
  });
  writeJson(files.gatewayFile, { server: { url: "", token: gateway.token }, dataDir: files.gatewayStore });
  writeJson(files.loginsFile, logins);
  const record: SeededRecord = { siteStartedAt, administrator, busIds, hasLockouts: false };
  writeJson(files.seededFile, record);
  return record;
}

/** One after the other: two at once would need twice the memory and no less time. */
async function buildPages(print: (line: string) => void): Promise<string> {
  const consoleFolder = await buildConsole(print);
  await buildTechnicianPage(print);
  return consoleFolder;
}

/** The technician's page stands beside the console: one port further, or anywhere free when the console is. */
async function addTechnician(files: DemonstrationFiles, consolePort: number): Promise<void> {
  const file = readJson<GatewayFile>(files.gatewayFile);
  if (!file || file.web) return;
  const login = { role: "gateway", login: "technician", password: newPassword() };
  const passwordHash = await hashPassword(login.password);
  const port = consolePort === 0 ? 0 : consolePort + 1;
  const web = { port, login: { name: login.login, passwordHash } };
  writeJson(files.loginsFile, [...(readJson<DemoLogin[]>(files.loginsFile) ?? []), login]);
  writeJson(files.gatewayFile, { ...file, web });
}

/** With port 0 the API is elsewhere after each start. */
function pointGateway(files: DemonstrationFiles, origin: string): void {
  const file = readJson<GatewayFile>(files.gatewayFile);
  if (!file) throw new RangeError(`${files.gatewayFile} is missing`);
  if (file.server.url !== origin)
    writeJson(files.gatewayFile, { ...file, server: { ...file.server, url: origin } });
}

/** The simulated serial servers listen on other ports after each start. */
async function pointBuses(
  origin: string,
  { administrator, busIds }: SeededRecord,
  buses: SimulatorReady["buses"],
): Promise<void> {
  const api = await signIn(origin, administrator.login, administrator.password);
  for (const [index, id] of busIds.entries())
    await api.patch(`/buses/${id}`, { pipe: { kind: "rtu-tcp", ...buses[index] } });
}

async function tagOut(files: DemonstrationFiles, origin: string, record: SeededRecord): Promise<void> {
  const logins = readJson<{ role: string; login: string; password: string }[]>(files.loginsFile) ?? [];
  const maintenance = logins.find(({ role }) => role === "maintenance");
  if (!maintenance) throw new RangeError(`${files.loginsFile} has no maintenance login`);
  await placeLockouts(origin, maintenance);
  writeJson(files.seededFile, { ...record, hasLockouts: true });
}
