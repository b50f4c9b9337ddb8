import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");
const METER_MODEL = join(ROOT, "packages", "meter-model", "src");
const CONSOLE = join(ROOT, "apps", "admin-ui");
const GATEWAY = join(ROOT, "apps", "bus-gateway");

interface Pages {
  name: string;
  /** Where `npm run build` builds them. */
  workspace: string;
  dist: string;
  /** Folders and files whose change makes the build old. */
  sources: string[];
}

const CONSOLE_PAGES: Pages = {
  name: "console",
  workspace: CONSOLE,
  dist: join(CONSOLE, "dist"),
  sources: [
    join(CONSOLE, "src"),
    METER_MODEL,
    ...["index.html", "my.html", "vite.config.ts", "package.json"].map((name) => join(CONSOLE, name)),
  ],
};

const TECHNICIAN_PAGE: Pages = {
  name: "technician's page",
  workspace: GATEWAY,
  dist: join(GATEWAY, "page", "dist"),
  sources: [
    ...["src", "public", "index.html", "vite.config.ts"].map((name) => join(GATEWAY, "page", name)),
    join(GATEWAY, "package.json"),
  ],
};

function filesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const inner = join(path, entry.name);
    return entry.isDirectory() ? filesOf(inner) : [inner];
  });
}

/** Whatever the caller itself runs for: in a test's own environment React's development build would come out, twice as heavy. */
const BUILT_FOR = "production";

/** Names the sources that the built pages came from; the same text means the build still stands. */
function sourcesStamp({ sources }: Pages): string {
  const hash = createHash("sha256").update(BUILT_FOR);
  const inputs = [...sources, join(ROOT, "package-lock.json")].flatMap((path) =>
    existsSync(path) && statSync(path).isFile() ? [path] : filesOf(path).sort(),
  );
  for (const path of inputs)
    hash.update(relative(ROOT, path)).update("\0").update(readFileSync(path)).update("\0");
  return hash.digest("hex");
}

/** Builds the pages when they are missing or older than their sources. Answers the folder to serve. */
async function build(pages: Pages, print: (line: string) => void): Promise<string> {
  const { name, workspace, dist } = pages;
  const stampFile = join(dist, ".sources");
  const stamp = sourcesStamp(pages);
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return dist;
  print(`building the ${name} (only after an installation or a change) …`);
  const output: Buffer[] = [];
  const next = `${dist}.${process.pid}`;
  const child = spawn("npm", ["run", "build", "--silent", "--", "--outDir", next], {
    cwd: workspace,
    env: { ...process.env, NODE_ENV: BUILT_FOR },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const code = await new Promise((done) => child.on("close", done));
  if (code !== 0) throw new Error(`the ${name} could not be built:\n${Buffer.concat(output).toString()}`);
  writeFileSync(join(next, basename(stampFile)), stamp);
  putInPlace(next, dist);
  return dist;
}

/** A running server that serves `dist` never finds it empty or half built. */
function putInPlace(next: string, dist: string): void {
  const old = `${next}.old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(next, dist);
  rmSync(old, { recursive: true, force: true });
}

/** The console and the resident's page. */
export const buildConsole = (print: (line: string) => void): Promise<string> => build(CONSOLE_PAGES, print);

/** The page that a gateway serves to its technician. */
export const buildTechnicianPage = (print: (line: string) => void): Promise<string> =>
  build(TECHNICIAN_PAGE, print);
