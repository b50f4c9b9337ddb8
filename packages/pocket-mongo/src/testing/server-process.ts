import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const executable = fileURLToPath(new URL("../../bin/pocket-mongod.mjs", import.meta.url));

/**
 * Processor time of all threads of a process in ms (proc(5), utime and stime of `stat` in ticks of 10 ms); undefined where
 * there is no /proc.
 */
export function processorMsOf({ pid }: ChildProcess): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return undefined;
  }
}

/** The executable in a process of its own, which may be killed. */
export class ServerProcess {
  readonly uri: string;
  readonly port: number;
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;

  private constructor(child: ChildProcess, port: number) {
    this.child = child;
    this.port = port;
    this.uri = `mongodb://127.0.0.1:${port}/`;
    this.exited = once(child, "exit");
  }

  /** Starts it on a directory and waits until it listens; throws when it ends before. */
  static async start(directory: string): Promise<ServerProcess> {
    const child = spawn(process.execPath, [executable, "--port", "0", "--dbpath", directory], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const said = /"port":(\d+)/.exec(line);
      if (!said) continue;
      // Its log must go on flowing, or a full pipe would stop the server.
      child.stdout.resume();
      return new ServerProcess(child, Number(said[1]));
    }
    throw new Error(`the server on ${directory} ended before it listened`);
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Memory of its own in KiB, without mapped files (proc(5), RssAnon); undefined where there is no /proc. */
  get anonymousMemoryKiB(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
      return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]);
    } catch {
      return undefined;
    }
  }

  get processorMs(): number | undefined {
    return processorMsOf(this.child);
  }

  /** The power cut of tests: no handler runs, nothing is flushed. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exited;
  }

  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.child.kill("SIGINT");
    await this.exited;
  }
}
