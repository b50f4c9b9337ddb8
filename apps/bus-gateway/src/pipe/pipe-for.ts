import type { LineConfig, PipeConfig } from "@hallmeter/meter-model";
import type { Clock } from "../clock.ts";
import type { BytePipe, Connect } from "./byte-pipe.ts";
import { ReopeningPipe } from "./reopening-pipe.ts";
import { serialPort } from "./serial.ts";
import { tcpClient } from "./tcp-client.ts";

interface PipeSurroundings {
  clock: Clock;
  /** 0 ≤ value < 1. */
  random: () => number;
}

/** The pipe a bus is configured for; not yet open. */
export function pipeFor(config: PipeConfig, line: LineConfig, surroundings: PipeSurroundings): BytePipe {
  return new ReopeningPipe({ connect: connectFor(config, line), ...surroundings });
}

function connectFor(config: PipeConfig, line: LineConfig): Connect {
  switch (config.kind) {
    case "serial":
      return serialPort(config.path, line);
    case "rtu-tcp":
      return tcpClient(config.host, config.port, line);
  }
}
