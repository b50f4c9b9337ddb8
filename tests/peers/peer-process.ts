import { type ChildProcess, execFileSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Debian's interpreter: its packages of peers are installed for it and for no other. */
export const PYTHON = "/usr/bin/python3";

export interface Peer {
  /** As `parseBusUrl` takes it. */
  url: string;
  stop(): Promise<void>;
}

export interface SerialPeer extends Peer {
  /** The cable and the slave are gone; the path of the port with them. */
  unplug(): Promise<void>;
  plug(): Promise<void>;
}

/** What a peer says behind "ready" once it listens. */
export async function readyLine(peer: ChildProcess): Promise<string> {
  const line = await lineThat(peer.stdout, (text) => text.startsWith("ready "));
  return line.slice("ready ".length);
}

export async function lineThat(
  stream: NodeJS.ReadableStream | null,
  matches: (line: string) => boolean,
): Promise<string> {
  if (!stream) throw new Error("the peer has no such output");
  const lines = createInterface({ input: stream });
  for await (const line of lines) {
    if (!matches(line)) continue;
    // Whatever else the peer says must not fill the pipe and stop it.
    stream.resume();
    return line;
  }
  throw new Error("the peer ended before it was ready");
}

export async function stop(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  process.kill();
  await once(process, "exit");
}

/** Whether a program is here and content. */
export function succeeds(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
