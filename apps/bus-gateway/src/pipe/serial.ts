import { realpathSync } from "node:fs";
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

/** A serial port: RS485 adapter, RS232, optical head. Locked against a second program, except for a pseudo-terminal. */
export function serialPort(path: string, line: LineConfig): Connect {
  return ({ bytes, broken }) =>
    new Promise((resolve, reject) => {
      const isPty = isPseudoTerminal(path);
      const port = new SerialPort({
        path,
        baudRate: line.baud,
        dataBits: 8,
        parity: line.parity,
        stopBits: line.stopBits,
        lock: !isPty,
        autoOpen: false,
      });
      port.on("data", bytes);
      // serialport emits "close" twice when a virtual port's peer is gone; only the first call counts.
      port.on("error", (error) => broken(error.message));
      port.on("close", (error: Error | null) => broken(error?.message ?? "the port was closed"));
      port.open((openError) => {
        if (openError) return reject(openError);
        resolve({
          keepsLineSpeed: !isPty,
          write: (frame) =>
            new Promise((drained, failed) => {
              port.write(Buffer.from(frame), (writeError) => {
                if (writeError) return failed(writeError);
                port.drain((drainError) => (drainError ? failed(drainError) : drained()));
              });
            }),
          close: () =>
            new Promise((closed) => {
              if (!port.isOpen) return closed();
              port.close(() => closed());
            }),
        });
      });
    });
}
