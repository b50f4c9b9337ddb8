import type { LineConfig, PipeConfig } from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { pipeFor } from "../pipe/pipe-for.ts";
import type { Bus } from "./bus.ts";
import { lineBus } from "./line-bus.ts";

export interface OpenBusOptions {
  id: string;
  pipe: PipeConfig;
  line: LineConfig;
  clock: Clock;
  log: Logger;
  /** 0 ≤ value < 1. */
  random: () => number;
}

/** Starts to open the pipe and to serve; requests made before it is up wait for it, and fail if it cannot be opened. */
export function openBus({ id, pipe, line, clock, log, random }: OpenBusOptions): Bus {
  return lineBus({ id, pipe: pipeFor(pipe, line, { clock, random }), line, clock, log, random });
}
