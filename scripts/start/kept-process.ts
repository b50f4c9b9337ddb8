import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";

const HALLMETER = join(import.meta.dirname, "..", "hallmeter.mjs");

/** After a crash: 0.3 s, doubling up to 5 s, back to 0.3 s once it has stayed up for half a minute. */
const FIRST_BACK_OFF_MS = 300;
const LAST_BACK_OFF_MS = 5000;
const STEADY_AFTER_MS = 30_000;
/** The parts close first, then the store, all within 5 s; what has not by then is ended. Every part survives that. */
const CLOSE_LIMIT_MS = 2200;

export interface KeptProcess<Ready> {
  /** What the process said when it was ready, the first time. Rejects when it ends before that. */
  ready: Promise<Ready>;
  pid(): number | undefined;
  /** Ends it and leaves it ended. */
  stop(): Promise<void>;
  /** After `stop`: runs it again, with what its first start answered. */
  startAgain(): void;
}

interface KeptProcessOptions<Ready> {
  name: string;
  /** Arguments after `hallmeter`; a restart gets what the first start answered, so that it can keep its port. */
  args: (previous: Ready | undefined) => string[];
  env: NodeJS.ProcessEnv;
  logFile: string;
  onRestart: (name: string, how: string) => void;
}

/** Runs one part of Hallmeter in a process of its own, and starts it again when it dies without being asked to. */
export function keepRunning<Ready>(options: KeptProcessOptions<Ready>): KeptProcess<Ready> {
  let child: ChildProcess | undefined;
  let isStopping = false;
  let firstAnswer: Ready | undefined;
  let backOffMs = FIRST_BACK_OFF_MS;
  let restartTimer: NodeJS.Timeout | undefined;
  let resolveReady: (answer: Ready) => void = () => {};
  let rejectReady: (error: Error) => void = () => {};
  const ready = new Promise<Ready>((resolve, reject) => {
    resolveReady = resolve;
    rejectReady = reject;
  });

  function start(): void {
    const log = openSync(options.logFile, "a", 0o600);
    const startedAt = performance.now();
    child = spawn(process.execPath, [HALLMETER, ...options.args(firstAnswer)], {
      env: options.env,
      // A process group of its own: Ctrl-C reaches the supervisor alone, which then closes the parts in order.
      detached: true,
      stdio: ["ignore", log, log, "ipc"],
    });
    closeSync(log);
    child.on("message", (message: { ready?: Ready }) => {
      if (message.ready === undefined) return;
      firstAnswer ??= message.ready;
      resolveReady(firstAnswer);
    });
    child.on("exit", (code, signal) => {
      if (isStopping) return;
      const how = signal ? `ended by ${signal}` : `ended with code ${code}`;
      if (firstAnswer === undefined) {
        rejectReady(new Error(`${options.name} ${how} before it was ready; its log: ${options.logFile}`));
        return;
      }
      if (performance.now() - startedAt > STEADY_AFTER_MS) backOffMs = FIRST_BACK_OFF_MS;
      options.onRestart(options.name, how);
      restartTimer = setTimeout(start, backOffMs);
      backOffMs = Math.min(backOffMs * 2, LAST_BACK_OFF_MS);
    });
  }

  async function stop(): Promise<void> {
    isStopping = true;
    clearTimeout(restartTimer);
    const running = child;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((done) => running.once("exit", done));
    running.kill("SIGTERM");
    const limit = setTimeout(() => running.kill("SIGKILL"), CLOSE_LIMIT_MS);
    await ended;
    clearTimeout(limit);
  }

  function startAgain(): void {
    isStopping = false;
    start();
  }

  start();
  return { ready, pid: () => child?.pid, stop, startAgain };
}
