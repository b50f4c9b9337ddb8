import { spawnSync } from "node:child_process";
import { lstat, rename, symlink, unlink } from "node:fs/promises";
import type { ReadStream } from "node:tty";
import * as nodePty from "@lydell/node-pty";
import { SimulatorError } from "../errors.ts";
import type { Hub } from "../line/hub.ts";
import type { Listener } from "./listener.ts";

/** What the library's `open` answers; its own type declarations leave the function out (lib/unixTerminal.js, UnixTerminal.open). */
interface BarePty {
  readonly ptsName: string;
  readonly master: ReadStream;
  readonly slave: ReadStream;
}
interface BarePtyOpener {
  open(options: { encoding: null }): BarePty;
}

async function publish(link: string, target: string): Promise<void> {
  const existing = await lstat(link).catch(() => undefined);
  if (existing && !existing.isSymbolicLink())
    throw new SimulatorError("pty-unavailable", `${link} exists and is not a link`);
  const beside = `${link}.new`;
  await unlink(beside).catch(() => {});
  await symlink(target, beside);
  await rename(beside, link);
}

/**
 * A pseudo-terminal that programs open like a serial port, by the symbolic link `link`. It ignores baud and parity, so the
 * hub alone paces. Our own end of the slave stays open: the master would report a hang-up whenever a program closes the port.
 * Throws "pty-unavailable".
 */
export async function listenOnPty(hub: Hub, link: string): Promise<Listener & { path: string }> {
  const pty = (nodePty as unknown as BarePtyOpener).open({ encoding: null });
  // The library starts to read the slave, which would swallow what is meant for the program.
  pty.slave.pause();
  const raw = spawnSync("stty", ["-F", pty.ptsName, "raw", "-echo"]);
  if (raw.status !== 0) {
    pty.slave.destroy();
    pty.master.destroy();
    throw new SimulatorError("pty-unavailable", `stty cannot make ${pty.ptsName} raw`);
  }
  const wire = hub.attach({
    onCharacters: (bytes) => {
      pty.master.write(bytes);
    },
  });
  pty.master.on("data", (bytes: Buffer) => wire.send(bytes));
  await publish(link, pty.ptsName);
  return {
    path: link,
    close: async () => {
      wire.detach();
      pty.slave.destroy();
      pty.master.destroy();
      await unlink(link).catch(() => {});
    },
  };
}
