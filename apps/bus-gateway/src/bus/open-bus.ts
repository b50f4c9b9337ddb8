import type { LineConfig, PipeConfig } from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { DialInListener } from "../pipe/dial-in/dial-in-listener.ts";
import { pipeFor } from "../pipe/pipe-for.ts";
import { distantWire } from "../protocol/distant-wire.ts";
import { modbusTcp } from "../protocol/modbus-tcp/modbus-tcp.ts";
import { sharedLine } from "../protocol/shared-line.ts";
import type { Bus } from "./bus.ts";
import { ScheduledBus } from "./scheduled-bus.ts";

export interface OpenBusOptions {
  id: string;
  pipe: PipeConfig;
  line: LineConfig;
  clock: Clock;
  log: Logger;
  /** 0 ≤ value < 1. */
  random: () => number;
  /** Where units that dial in arrive; null when the gateway takes none. */
  dialIn?: DialInListener | null;
}

/** Starts to open the pipe and to serve; requests made before it is up wait for it, and fail if it cannot be opened. */
export function openBus({ id, pipe: config, line, clock, log, random, dialIn = null }: OpenBusOptions): Bus {
  const pipe = pipeFor(config, line, { clock, random, dialIn });
  const networkLatencyMs = config.kind === "serial" ? 0 : (config.networkLatencyMs ?? 0);
  const speak = config.kind === "modbus-tcp" ? modbusTcp : sharedLine;
  return new ScheduledBus({
    id,
    pipe,
    openWire: (onFrame) => distantWire(speak({ pipe, line, clock, onFrame }), networkLatencyMs),
    clock,
    log,
    random,
  });
}
