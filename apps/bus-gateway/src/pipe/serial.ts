import { realpathSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import type { LineConfig } from "@hallmeter/meter-model";
import { SerialPort } from "serialport";
import type { Connect } from "./byte-pipe.ts";

/** A pseudo-terminal ignores speed and parity and cannot be locked. */
function isPseudoTerminal(path: string): boolean {
  try {
    return realpathSync(path).startsWith("/dev/pts/");
  } catch {
    return false;
  }
}

/**
 * A serial port: RS485 adapter, RS232, optical head. Locked against a second program, except for a pseudo-terminal.
 * `serialport` opens and sets the line; Node's own terminal stream reads it, which costs a quarter of the time that
 * `serialport` takes for each byte.
 */
export function serialPort(path: string, line: LineConfig): Connect {
  return async ({ bytes, broken }) => {
    const isPty = isPseudoTerminal(path);
    const { baud, parity, stopBits } = line;
    const port = await openPort({ path, baudRate: baud, dataBits: 8, parity, stopBits, lock: !isPty });
    // The stream opens the terminal once more, so that each of the two closes a descriptor of its own.
    const stream = new ReadStream(port.fd);
    stream.on("data", bytes);
    stream.on("error", (error) => broken(error.message));
    stream.on("close", () => broken("the port was closed"));
    return {
      keepsLineSpeed: !isPty,
      async write(frame) {
        const written = writeSync(port.fd, frame);
        if (written < frame.length) throw new Error("the port takes no more bytes");
        if (!isPty) await port.drain();
      },
      async close() {
        stream.destroy();
        await port.close();
      },
    };
  };
}

/** @throws Error where a port has no descriptor to read from: Windows */
async function openPort(options: Parameters<typeof SerialPort.binding.open>[0]) {
  const port = await SerialPort.binding.open(options);
  if (process.platform !== "win32" && "fd" in port && typeof port.fd === "number")
    return Object.assign(port, { fd: port.fd });
  await port.close();
  throw new Error("serial ports need Linux or macOS; use a serial server");
}
