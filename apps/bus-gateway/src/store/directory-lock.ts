import { mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GatewayError } from "../errors.ts";

const LOCK_NAME = "gateway.lock";
const ATTEMPTS = 3;

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** Process numbers come round again, so a process is named by its number and its start; undefined when it is gone. */
function identityOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") return undefined;
  }
  try {
    // Field 22 of /proc/<pid>/stat is the start in clock ticks since boot (proc(5)); the name before it may hold spaces.
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return `${pid} ${text.slice(text.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return String(pid);
  }
}

function holderOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return "";
    throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

/**
 * Takes the directory for this process: two gateways on one store would send the same sequence twice. A lock left by a
 * process that is gone is taken over.
 * @throws GatewayError "store-locked"
 */
export function lockDirectory(directory: string): { release(): void } {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, LOCK_NAME);
  const mine = identityOf(process.pid) ?? String(process.pid);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      writeFileSync(path, mine, { flag: "wx" });
      return {
        release() {
          if (holderOf(path) === mine) removeIfThere(path);
        },
      };
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
    const holder = holderOf(path);
    const pid = Number.parseInt(holder, 10);
    if (pid > 0 && identityOf(pid) === holder)
      throw new GatewayError("store-locked", `${directory} belongs to process ${pid}`);
    removeIfThere(path);
  }
  throw new GatewayError("store-locked", directory);
}
