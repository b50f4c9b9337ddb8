import { fileURLToPath } from "node:url";
import { PYTHON, type SerialPeer, succeeds } from "./peer-process.ts";
import { serialSlave } from "./serial-cable.ts";

const SLAVE = fileURLToPath(new URL("./libmodbus_slave.py", import.meta.url));

export const hasLibmodbus = succeeds(PYTHON, ["-c", "import ctypes; ctypes.CDLL('libmodbus.so.5')"]);

/** libmodbus has RTU on serial ports only. */
export function startLibmodbusSlave(): Promise<SerialPeer> {
  return serialSlave((path) => [SLAVE, path]);
}
