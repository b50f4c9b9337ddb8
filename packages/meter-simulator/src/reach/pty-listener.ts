import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { lstat, rename, symlink, unlink } from "node:fs/promises";
import type { ReadStream } from "node:tty";
import * as nodePty from "@lydell/node-pty";
import { SimulatorError } from "../errors.ts";
import type { Hub } from "../line/hub.ts";
import type { Listener } from "./listener.ts";

/** What the library's `open` answers; its type declarations leave the function out (unixTerminal.js, UnixTerminal.open). */
interface BarePty {
  readonly ptsName: string;
  readonly master: ReadStream;
  readonly slave: ReadStream;
}
interface BarePtyOpener {
  open(options: { encoding: null }): BarePty;
}

/**
 * A program that has not sent for this long counts as gone. A serial driver forgets what arrives while nobody has the port
 * open; a pty would keep it for whoever comes next, and nothing tells its master. Range 1–60 s, default 10: longer than any
 * master waits for a reply.
 */
const GONE_AFTER_MS = 10_000;

/** Replaces a link of an earlier run; anything else at that path is not ours to remove. */
async function publish(link: string, target: string): Promise<void> {
  const existing = await lstat(link).catch(() => undefined);
  if (existing && !existing.isSymbolicLink())
    throw new SimulatorError("pty-unavailable", `${link} exists and is not a link`);
  const beside = `${link}.new`;
  await unlink(beside).catch(() => {});
  await symlink(target, beside);
  await rename(beside, link);
}

function openRawPty(): { pty: BarePty; slaveDescriptor: number } {
  const pty = (nodePty as unknown as BarePtyOpener).open({ encoding: null });
  // The library reads the slave too, which would swallow what is meant for the program; a descriptor of our own keeps the
  // slave open instead, or the master would report a hang-up whenever a program closes the port.
  const slaveDescriptor = openSync(pty.ptsName, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  pty.slave.destroy();
  const raw = spawnSync("stty", ["-F", pty.ptsName, "raw", "-echo"]);
  if (raw.status === 0) return { pty, slaveDescriptor };
  closeSync(slaveDescriptor);
  pty.master.destroy();
  throw new SimulatorError("pty-unavailable", `stty cannot make ${pty.ptsName} raw`);
}

/**
 * A pseudo-terminal that programs open like a serial port, by the symbolic link `link`. It ignores baud and parity, so the
 * hub alone paces. Reading alone is not enough to be heard: a program must have sent something. Throws "pty-unavailable".
 */
export async function listenOnPty(hub: Hub, link: string): Promise<Listener & { path: string }> {
  const { pty, slaveDescriptor } = openRawPty();
  let lastHeardMs = Number.NEGATIVE_INFINITY;
  const wire = hub.attach({
    onCharacters: (bytes) => {
      if (performance.now() - lastHeardMs < GONE_AFTER_MS) pty.master.write(bytes);
    },
  });
  pty.master.on("data", (bytes: Buffer) => {
    lastHeardMs = performance.now();
    wire.send(bytes);
  });
  const release = () => {
    wire.detach();
    pty.master.destroy();
    closeSync(slaveDescriptor);
  };
  try {
    await publish(link, pty.ptsName);
  } catch (error) {
    release();
    throw error;
  }
  return {
    path: link,
    close: async () => {
      release();
      await unlink(link).catch(() => {});
    },
  };
}
