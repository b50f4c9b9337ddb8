import { connect as connectSocket } from "node:net";
import type { LineConfig } from "@hallmeter/meter-model";
import type { Clock } from "../clock.ts";
import type { Connect } from "./byte-pipe.ts";

/** Opening takes no longer than this. Range 1–30 s; 5 s covers a serial server on a radio link. */
const CONNECT_TIMEOUT_MS = 5000;
/** A serial server that lost power never says goodbye; the kernel asks after this long. Range 1–60 s. */
const KEEP_ALIVE_AFTER_MS = 10_000;
/**
 * The kernel does not ask while what we sent is unacknowledged, and repeats that for a quarter of an hour. Whoever has
 * been written to for so long and has not said a byte is connected to anew. Range 10–300 s; 30 s is a round of dead units.
 */
const FIRST_UNHEARD_MS = 30_000;
/** Where that did not help, the units behind are dead and not the connection: each further try waits twice as long. */
const LONGEST_UNHEARD_MS = 600_000;

/** The highest speed a bus can be configured for stands for a line nobody knows; no meter on RS485 speaks it. */
export const UNKNOWN_LINE_BAUD = 921_600;

/** A connection to a serial server, or to a meter that speaks TCP itself; bytes pass unchanged. */
export function tcpClient(
  host: string,
  port: number,
  line: Pick<LineConfig, "baud">,
  clock: Pick<Clock, "monotonicMs">,
): Connect {
  let unheardLimitMs = FIRST_UNHEARD_MS;
  return ({ bytes, broken }, signal) =>
    new Promise((resolve, reject) => {
      let unheardSinceMs: number | null = null;
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
      socket.on("data", (received) => {
        unheardSinceMs = null;
        unheardLimitMs = FIRST_UNHEARD_MS;
        bytes(received);
      });
      /** Why nothing is written any more; null while the other side is heard. */
      const lossNoted = (): Error | null => {
        const nowMs = clock.monotonicMs();
        unheardSinceMs ??= nowMs;
        if (nowMs - unheardSinceMs < unheardLimitMs) return null;
        const seconds = Math.round(unheardLimitMs / 1000);
        unheardLimitMs = Math.min(LONGEST_UNHEARD_MS, 2 * unheardLimitMs);
        const loss = new Error(`nothing heard from ${host}:${port} for ${seconds} s`);
        socket.destroy(loss);
        return loss;
      };
      socket.once("connect", () => {
        socket.setTimeout(0);
        resolve({
          keepsLineSpeed: line.baud !== UNKNOWN_LINE_BAUD,
          write: (frame) =>
            new Promise((written, failed) => {
              const loss = lossNoted();
              if (loss) return failed(loss);
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
