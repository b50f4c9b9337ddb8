import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Peer, PYTHON, readyLine, type SerialPeer, stop, succeeds } from "./peer-process.ts";
import { serialSlave } from "./serial-cable.ts";

const SLAVE = fileURLToPath(new URL("./pymodbus_slave.py", import.meta.url));

export const hasPymodbus = succeeds(PYTHON, ["-c", "import pymodbus, serial_asyncio"]);

/** @param scheme of the bus address: RTU frames through TCP, or Modbus TCP */
export async function startTcpSlave(scheme: "tcp" | "modbus-tcp" = "tcp"): Promise<Peer> {
  const slave = spawn(PYTHON, [SLAVE, scheme], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await readyLine(slave);
  return { url: `${scheme}://127.0.0.1:${port}`, stop: () => stop(slave) };
}

export function startSerialSlave(): Promise<SerialPeer> {
  return serialSlave((path) => [SLAVE, "serial", path]);
}
