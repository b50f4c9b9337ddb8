import { spawn } from "node:child_process";
import { join } from "node:path";
import { withoutOwnSettings } from "./demonstration.ts";

export const HALLMETER = join(import.meta.dirname, "..", "..", "scripts", "hallmeter.mjs");

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `hallmeter` in a process of its own, as a person would, until it ends. */
export function hallmeter(
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [HALLMETER, ...args], {
    cwd: options.cwd,
    env: { ...withoutOwnSettings(process.env), ...options.env },
  });
  const ended: Ended = { code: null, stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    ended.stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    ended.stderr += chunk.toString();
  });
  child.stdin.end(options.input ?? "");
  return new Promise((resolve) => child.on("close", (code) => resolve({ ...ended, code })));
}
