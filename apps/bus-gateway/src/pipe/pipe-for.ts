import type { LineConfig, PipeConfig } from "@hallmeter/meter-model";
import type { Clock } from "../clock.ts";
import type { BytePipe, Connect } from "./byte-pipe.ts";
import type { DialInListener } from "./dial-in/dial-in-listener.ts";
import { DialInPipe } from "./dial-in/dial-in-pipe.ts";
import { ReopeningPipe } from "./reopening-pipe.ts";
import { serialPort } from "./serial.ts";
import { tcpClient } from "./tcp-client.ts";

interface PipeSurroundings {
  clock: Clock;
  /** 0 ≤ value < 1. */
  random: () => number;
  /** Null when the gateway takes no units that dial in. */
  dialIn: DialInListener | null;
}

/** The pipe a bus is configured for; not yet open. */
export function pipeFor(
  config: PipeConfig,
  line: LineConfig,
  { clock, random, dialIn }: PipeSurroundings,
): BytePipe {
  const reopening = (connect: Connect) => new ReopeningPipe({ connect, clock, random });
  switch (config.kind) {
    case "serial":
      return reopening(serialPort(config.path, line));
    case "rtu-tcp":
    case "modbus-tcp":
      return reopening(tcpClient(config.host, config.port, line, clock));
    case "dial-in":
      return new DialInPipe({ config, line, listener: dialIn, clock });
  }
}
