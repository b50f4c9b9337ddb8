import {
  describeReading,
  describeRelayOutcome,
  openBus,
  parseBusUrl,
  readCircuit,
  switchRelay,
  systemClock,
} from "@hallmeter/bus-gateway/tools";
import { type Profile, profileVariant, type UnitId } from "@hallmeter/meter-model";
import pino from "pino";
import { profileNamed } from "./profile-named.ts";

export interface BusToolOptions {
  bus: string;
  profile: string;
  variant: string;
  unit: UnitId;
  json?: boolean;
}

/** Opens the bus for one piece of work and closes it whatever happens. */
async function atBus<T>(
  options: BusToolOptions,
  work: (circuit: {
    bus: ReturnType<typeof openBus>;
    profile: Profile;
    variant: string;
    unitId: UnitId;
  }) => Promise<T>,
): Promise<T> {
  const profile = profileNamed(options.profile);
  profileVariant(profile, options.variant);
  const bus = openBus({
    id: "command-line",
    ...parseBusUrl(options.bus),
    clock: systemClock,
    log: pino({ level: "silent" }),
    random: Math.random,
  });
  try {
    return await work({ bus, profile, variant: options.variant, unitId: options.unit });
  } finally {
    await bus.close();
  }
}

/** `hallmeter read`: answers the exit code. */
export async function readAtBus(options: BusToolOptions, print: (line: string) => void): Promise<number> {
  const reading = await atBus(options, readCircuit);
  for (const line of options.json ? [JSON.stringify(reading)] : describeReading(reading)) print(line);
  return 0;
}

/** `hallmeter relay`: 0 only when the contact itself shows what was asked for. */
export async function switchAtBus(
  relay: "open" | "close",
  options: BusToolOptions,
  print: (line: string) => void,
): Promise<number> {
  const asked = relay === "open" ? "open" : "closed";
  const outcome = await atBus(options, (circuit) =>
    switchRelay({ ...circuit, relay: asked, clock: systemClock }),
  );
  for (const line of options.json ? [JSON.stringify(outcome)] : describeRelayOutcome(outcome)) print(line);
  return outcome.outcome === "confirmed" ? 0 : 1;
}
