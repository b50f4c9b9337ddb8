import type { LineConfig } from "@hallmeter/meter-model";
import { sharedLine } from "../protocol/shared-line.ts";
import { ScheduledBus, type ScheduledBusOptions } from "./scheduled-bus.ts";

export interface LineBusOptions extends Omit<ScheduledBusOptions, "openWire"> {
  line: LineConfig;
}

/** A bus on one RS485 line, whatever its units speak. */
export function lineBus({ line, ...options }: LineBusOptions): ScheduledBus {
  const { pipe, clock } = options;
  return new ScheduledBus({
    ...options,
    openWire: (onFrame) => sharedLine({ pipe, line, clock, onFrame }),
  });
}
