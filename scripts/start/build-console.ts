import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");
const CONSOLE = join(ROOT, "apps", "admin-ui");
const STAMP = join(CONSOLE, "dist", ".sources");

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
    )
    .sort();
}

/** Names the sources that the built pages came from; the same text means the build still stands. */
function sourcesStamp(): string {
  const hash = createHash("sha256");
  const inputs = [
    ...filesBelow(join(CONSOLE, "src")),
    ...filesBelow(join(ROOT, "packages", "meter-model", "src")),
    ...["index.html", "my.html", "vite.config.ts", "package.json"].map((name) => join(CONSOLE, name)),
    join(ROOT, "package-lock.json"),
  ].filter((path) => existsSync(path));
  for (const path of inputs)
    hash.update(relative(ROOT, path)).update("\0").update(readFileSync(path)).update("\0");
  return hash.digest("hex");
}

/** Builds the pages when they are missing or older than their sources. Answers the folder to serve. */
export async function buildConsole(print: (line: string) => void): Promise<string> {
  const folder = join(CONSOLE, "dist");
  const stamp = sourcesStamp();
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === stamp) return folder;
  print("building the console (only after an installation or a change) …");
  const output: Buffer[] = [];
  const build = spawn("npm", ["run", "build", "--silent"], {
    cwd: CONSOLE,
    stdio: ["ignore", "pipe", "pipe"],
  });
  build.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  build.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const code = await new Promise((done) => build.on("close", done));
  if (code !== 0) throw new Error(`the console could not be built:\n${Buffer.concat(output).toString()}`);
  writeFileSync(STAMP, stamp);
  return folder;
}
