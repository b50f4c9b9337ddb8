import { closeSync, existsSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { PocketMongoError } from "../errors.ts";

const lockName = "pocket-mongo.lock";

/** A process is named by its number and its start, since numbers come round again. */
function identityOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return undefined;
  }
  const stat = `/proc/${pid}/stat`;
  if (!existsSync(stat)) return `${pid}`;
  try {
    // Field 22 of /proc/<pid>/stat is the start in clock ticks since boot (proc(5)); the name before it may hold spaces.
    const text = readFileSync(stat, "utf8");
    return `${pid} ${text.slice(text.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return undefined;
  }
}

function holderOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

/** Takes the directory for this process, or throws DBPathInUse. A lock left by a process that is gone is taken over. */
export function lockDirectory(directory: string): { release(): void } {
  const path = join(directory, lockName);
  const mine = identityOf(process.pid) as string;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const file = openSync(path, "wx");
      writeSync(file, `${mine}\n`);
      closeSync(file);
      return { release: () => holderOf(path) === mine && unlinkSync(path) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = holderOf(path);
    const pid = Number(holder?.split(" ")[0]);
    if (holder !== undefined && holder !== "" && identityOf(pid) === holder) {
      throw new PocketMongoError(
        "DBPathInUse",
        `Unable to lock the lock file: ${path}. Another process (${pid}) is already running on the directory`,
      );
    }
    try {
      unlinkSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  throw new PocketMongoError("DBPathInUse", `Unable to lock the lock file: ${path}`);
}
