import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { PocketMongoError } from "../errors.ts";

const lockName = "pocket-mongo.lock";

export type DirectoryLock = {
  /** Writes the port its holder listens on into the lock file. */
  announce(port: number): void;
  release(): void;
};

/** Who holds a directory; the port once it listens. */
export type Holder = { readonly pid: number; readonly port: number | undefined };

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

function linesOf(path: string): readonly (string | undefined)[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return [];
  }
}

/** The living process that holds a directory, if there is one. */
export function holderOf(directory: string): Holder | undefined {
  const [identity = "", port = ""] = linesOf(join(directory, lockName));
  const pid = Number(identity.split(" ")[0]);
  if (identity === "" || identityOf(pid) !== identity) return undefined;
  return { pid, port: port === "" ? undefined : Number(port) };
}

/** Takes the directory for this process, or throws DBPathInUse. A lock left by a process that is gone is taken over. */
export function lockDirectory(directory: string): DirectoryLock {
  const path = join(directory, lockName);
  const mine = identityOf(process.pid) as string;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const file = openSync(path, "wx");
      writeSync(file, `${mine}\n`);
      closeSync(file);
      return {
        announce: (port) => {
          // Never truncated in place: a lock that reads as empty would be taken over.
          writeFileSync(`${path}.next`, `${mine}\n${port}\n`);
          renameSync(`${path}.next`, path);
        },
        release: () => {
          if (linesOf(path)[0] === mine) unlinkSync(path);
        },
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = holderOf(directory);
    if (holder !== undefined) {
      throw new PocketMongoError(
        "DBPathInUse",
        `Unable to lock the lock file: ${path}. Another process (${holder.pid}) is already running on the directory`,
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
