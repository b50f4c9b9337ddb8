import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import type { PersonCaller } from "../http/access.ts";
import type { Circuit } from "../network/circuit.model.ts";
import { type CommandRow, commandModel } from "../network/command.model.ts";
import { issueCommand } from "../network/commands.ts";
import { areContextsTrue, meteringContexts } from "../network/metering-contexts.ts";
import { readLivingAccruals } from "../rating/accrual.model.ts";
import type { Accrual } from "../rating/accrual.ts";
import { readHead } from "../rating/change-head.ts";
import { chargeSamples } from "../rating/charge-samples.ts";
import { judgeReadings } from "./handheld/judge-readings.ts";
import { registerSample } from "./register-sample.ts";

/** `asked`: the meter is being read · `read`: it has answered · `silent`: it has not · `typed`: a person has read it. */
export const FINAL_READING_STATES = ["asked", "read", "silent", "typed"] as const;

/** What one circuit's register showed when its household left, and how that is known. */
export interface FinalReading {
  circuitId: string;
  circuitName: string;
  state: (typeof FINAL_READING_STATES)[number];
  /** How often the meter was asked. */
  round: number;
  askedAt: Date | null;
  /** Null until it is known. */
  at: Date | null;
  /** After ratios. */
  registerWh: number | null;
  typed: { by: { id: string; name: string }; key: string; requestHash: string } | null;
}

/** Who has circuits read, and why. */
export interface ReadingOrder {
  /** The same each time: a command is given once for each round. */
  ref: string;
  caller: PersonCaller;
  reason: string;
}

/**
 * How long a meter has to answer: a read command waits 60 s for it, and its gateway has 15 s more to say so. Range 75 s–5 min.
 */
export const READING_LIMIT_MS = 75_000;
/** What was read earlier is read again before anybody is paid by it. Range 1–60 min. */
const FRESH_FOR_MS = 15 * 60_000;

/**
 * One look at the readings of these circuits: asks meters that were not asked, charges what was typed, and takes what has been
 * read since. Looked at again it goes on from there. Those that were silent when nothing was under way any more are asked anew.
 */
export async function takeFinalReadings(
  deps: Deps,
  circuits: readonly Circuit[],
  known: readonly FinalReading[],
  order: ReadingOrder,
  now: Date,
): Promise<FinalReading[]> {
  const isUnderWay = known.some(({ state }) => state === "asked");
  const metered = await meteredOf(deps, circuits);
  return Promise.all(
    metered.map(async (circuit) => {
      const reading = known.find(({ circuitId }) => circuitId === circuit._id);
      if (reading?.state === "typed") return chargeTyped(deps, circuit, reading, now);
      if (!reading || isStale(reading, now) || (reading.state === "silent" && !isUnderWay))
        return ask(deps, circuit, reading?.round ?? 0, order, now);
      return reading.state === "asked" ? look(deps, circuit, reading, order, now) : reading;
    }),
  );
}

/** Without those that were never put into service: they have no use to settle. */
async function meteredOf({ connection }: Deps, circuits: readonly Circuit[]): Promise<Circuit[]> {
  const living = await readLivingAccruals(connection, { circuitId: { $in: circuits.map(({ _id }) => _id) } });
  const heard = new Set(living.map(({ circuitId }) => circuitId));
  return circuits.filter(({ _id, commissionedAt }) => commissionedAt !== null || heard.has(_id));
}

/** Throws `reading-awaited` while meters are being read, then `reading-missing` for those that were silent. */
export function assertRead(readings: readonly FinalReading[]): void {
  const named = (wanted: FinalReading["state"]) =>
    readings.filter(({ state }) => state === wanted).map(({ circuitName }) => circuitName);
  const awaited = named("asked");
  if (awaited.length > 0) throw new ApiError("reading-awaited", `Reading ${awaited.join(", ")}`);
  const silent = named("silent");
  if (silent.length > 0)
    throw new ApiError("reading-missing", `No answer from ${silent.join(", ")}: type the reading`);
}

function isStale({ state, at }: FinalReading, now: Date): boolean {
  return state === "read" && (at === null || now.getTime() - at.getTime() > FRESH_FOR_MS);
}

async function ask(
  deps: Deps,
  circuit: Circuit,
  rounds: number,
  { ref, caller, reason }: ReadingOrder,
  now: Date,
): Promise<FinalReading> {
  const round = rounds + 1;
  const reading: FinalReading = {
    circuitId: circuit._id,
    circuitName: circuit.name,
    state: "asked",
    round,
    askedAt: now,
    at: null,
    registerWh: null,
    typed: null,
  };
  // No gateway reads what is not commissioned.
  if (circuit.commissionedAt === null) return { ...reading, state: "silent" };
  const key = commandKey(ref, circuit._id, round);
  const { command } = await issueCommand(
    deps,
    circuit,
    { action: "read", reason },
    { caller, idempotencyKey: key, requestHash: key, now },
  );
  // Given before a crash, it was given then.
  return { ...reading, askedAt: command.issuedAt };
}

function commandKey(ref: string, circuitId: string, round: number): string {
  return `${ref}:read:${circuitId}:${round}`;
}

async function look(
  { connection }: Deps,
  circuit: Circuit,
  reading: FinalReading,
  { ref }: ReadingOrder,
  now: Date,
): Promise<FinalReading> {
  const askedAt = reading.askedAt ?? now;
  const head = await readHead(connection, circuit._id);
  if (head && head.suspect === null && head.lastAt > askedAt)
    return { ...reading, state: "read", ...registerOf(head) };
  const command = await commandModel(connection)
    .findOne({ siteId: circuit.siteId, idempotencyKey: commandKey(ref, circuit._id, reading.round) })
    .lean<CommandRow | null>();
  const isOver = now.getTime() - askedAt.getTime() > READING_LIMIT_MS;
  const isRefused = command !== null && ["failed", "expired", "unknown"].includes(command.state);
  return isOver || isRefused ? { ...reading, state: "silent" } : reading;
}

export function registerOf({ lastAt, lastWh, offsetWh }: Accrual): { at: Date; registerWh: number } {
  return { at: lastAt, registerWh: lastWh - offsetWh };
}

/** Throws `reading-implausible`. */
async function chargeTyped(
  deps: Deps,
  circuit: Circuit,
  reading: FinalReading,
  now: Date,
): Promise<FinalReading> {
  const { connection } = deps;
  const { at, registerWh } = reading;
  if (at === null || registerWh === null) return { ...reading, state: "silent" };
  const [context] = await meteringContexts(deps, [circuit]);
  if (!context) return reading;
  const sample = registerSample(circuit._id, at, registerWh, "unknown");
  await chargeSamples(connection, [{ context, samples: [sample] }], now, {
    areTrue: (told) => areContextsTrue(connection, told),
  });
  const head = await readHead(connection, circuit._id);
  if (!head || head.lastAt < at) throw implausible(circuit.name);
  return reading;
}

/** A reading that a person has brought. Throws `reading-implausible` where it does not follow from the one before. */
export async function typedReading(
  deps: Deps,
  circuit: Circuit,
  { at, registerWh, round }: { at: Date; registerWh: number; round: number },
  typed: NonNullable<FinalReading["typed"]>,
  now: Date,
): Promise<FinalReading> {
  const [context] = await meteringContexts(deps, [circuit]);
  if (!context) throw new ApiError("not-found");
  const head = await readHead(deps.connection, circuit._id);
  const [judged] = judgeReadings([{ line: 1, at, registerWh }], head, () => null, context, now);
  if (judged?.outcome !== "ready") throw implausible(circuit.name, judged?.message);
  const { _id: circuitId, name: circuitName } = circuit;
  return { circuitId, circuitName, state: "typed", round, askedAt: null, at, registerWh, typed };
}

function implausible(circuitName: string, why = "The register cannot have come there"): ApiError {
  return new ApiError("reading-implausible", `${circuitName}: ${why}`, {
    errors: [{ path: "registerWh", code: "implausible", message: why }],
  });
}
