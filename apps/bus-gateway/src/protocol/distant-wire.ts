import type { Answer, UnitTiming, Wire } from "./protocol.ts";

/**
 * A wire with a network between it and the gateway. Every answer may take so much longer, there and back, than profile and
 * experience say; and a unit that stayed silent may still be heard so much later.
 */
export function distantWire(wire: Wire, networkLatencyMs: number): Wire {
  if (networkLatencyMs === 0) return wire;
  const patient = (timing: UnitTiming): UnitTiming => ({
    ...timing,
    allowanceMs: timing.allowanceMs + networkLatencyMs,
  });
  const later = <T>(answer: Answer<T>): Answer<T> =>
    answer.ok || answer.earliestEndMs === undefined
      ? answer
      : { ...answer, earliestEndMs: answer.earliestEndMs + networkLatencyMs };
  return {
    read: async (unitId, block, timing) => later(await wire.read(unitId, block, patient(timing))),
    write: async (unitId, write, timing) => later(await wire.write(unitId, write, patient(timing))),
    silenceMs: wire.silenceMs,
    readMs: (block, turnaroundMs) => wire.readMs(block, turnaroundMs),
    writeMs: (write, turnaroundMs) => wire.writeMs(write, turnaroundMs),
    get foreignBytes() {
      return wire.foreignBytes;
    },
    get localEcho() {
      return wire.localEcho;
    },
    close: () => wire.close(),
  };
}
