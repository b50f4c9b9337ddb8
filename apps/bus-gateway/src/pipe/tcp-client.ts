import { connect as connectSocket } from "node:net";
import type { LineConfig } from "@hallmeter/meter-model";
import type { Connect } from "./byte-pipe.ts";

/** Opening takes no longer than this. Range 1–30 s; 5 s covers a serial server on a radio link. */
const CONNECT_TIMEOUT_MS = 5000;
/** A serial server that lost power never says goodbye; the kernel asks after this long. Range 1–60 s. */
const KEEP_ALIVE_AFTER_MS = 10_000;

/** The highest speed a bus can be configured for stands for a line nobody knows; no meter on RS485 speaks it. */
export const UNKNOWN_LINE_BAUD = 921_600;

/** RTU frames through a serial server, unchanged. */
export function tcpClient(host: string, port: number, line: Pick<LineConfig, "baud">): Connect {
  return ({ bytes, broken }, signal) =>
    new Promise((resolve, reject) => {
      // noDelay: Nagle would hold a request back until the previous acknowledgement, up to 40 ms.
      const socket = connectSocket({
        host,
        port,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS,
      });
      const giveUp = () => socket.destroy();
      signal.addEventListener("abort", giveUp, { once: true });
      let reason = "the other side closed the connection";
      socket.setTimeout(CONNECT_TIMEOUT_MS, () => {
        socket.destroy(new Error(`no connection to ${host}:${port} within ${CONNECT_TIMEOUT_MS} ms`));
      });
      socket.on("error", (error) => {
        reason = error.message;
      });
      socket.on("close", () => {
        signal.removeEventListener("abort", giveUp);
        reject(new Error(reason));
        broken(reason);
      });
      socket.on("data", bytes);
      socket.once("connect", () => {
        socket.setTimeout(0);
        resolve({
          keepsLineSpeed: line.baud !== UNKNOWN_LINE_BAUD,
          write: (frame) =>
            new Promise((written, failed) => {
              socket.write(frame, (error) => (error ? failed(error) : written()));
            }),
          close: () =>
            new Promise((closed) => {
              if (socket.closed) return closed();
              socket.once("close", () => closed());
              socket.destroy();
            }),
        });
      });
    });
}
