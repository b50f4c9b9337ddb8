import { MeterModelError } from "../errors.ts";
import type { RelayState, Sample, SampleFlag } from "../sample.ts";
import { assertAnswers, type Place, placesIn, profileVariant, valueAt } from "./decode.ts";
import { blocksOf, registersFor } from "./loops.ts";
import type { Profile, ProfileVariant, ReadBlock } from "./profile.ts";
import { ratioFactor } from "./units.ts";

export interface SampleContext {
  circuitId: string;
  /** RFC 3339 UTC: when the reply arrived. */
  at: string;
  ctRatio: number;
  ptRatio: number;
  /** Which circuit of its unit, 1…count; default 1. */
  loop?: number;
}

type Replies = readonly (readonly number[])[];

/** Where everything of a sample lies in the replies to its blocks. */
interface SampleLayout {
  blocks: readonly ReadBlock[];
  places: ReadonlyMap<string, Place & { reply: number }>;
}

/** Worked out once for each circuit of a variant: every sample is decoded by it. */
const KNOWN_LAYOUTS = new WeakMap<ProfileVariant, Map<number, SampleLayout>>();

function layoutOf(variant: ProfileVariant, loop = 1): SampleLayout {
  const ofVariant = KNOWN_LAYOUTS.get(variant) ?? new Map<number, SampleLayout>();
  const known = ofVariant.get(loop);
  if (known !== undefined) return known;
  const registers = registersFor(variant, loop);
  const blocks = blocksOf(variant, loop);
  const places = blocks.flatMap((block, reply) =>
    placesIn(registers, block).map((place) => [place.register.name, { ...place, reply }] as const),
  );
  const layout = { blocks, places: new Map(places) };
  KNOWN_LAYOUTS.set(variant, ofVariant.set(loop, layout));
  return layout;
}

/** The value of a register of the sample; undefined where no block holds it, null where the meter sent no number. */
type Values = (name: string) => number | null | undefined;

/** @throws MeterModelError "wrong-word-count" */
function valuesOf({ blocks, places }: SampleLayout, replies: Replies): Values {
  for (const [index, block] of blocks.entries()) assertAnswers(block, replies[index] ?? []);
  return (name) => {
    const place = places.get(name);
    return place && valueAt(place.register, replies[place.reply] ?? [], place.index);
  };
}

const PHASES = ["phaseA", "phaseB", "phaseC"] as const;

/** Above this no low-voltage phase is real: 277 V systems + 10 % is 305 V; 480 V leaves room for line voltages (3P3L). */
const HIGHEST_VOLTAGE_DV = 4800;
/** A phase below 50 V is dead, and its frequency means nothing. */
const LIVE_VOLTAGE_DV = 500;
/** IEC 62053 meters measure 45–65 Hz. */
const FREQUENCY_CHZ = { lowest: 4500, highest: 6500 };
/** Some meters do not tell their frequency, or only for a request of its own. */
const NOT_MEASURED = 0;
/** |P| ≤ U·I, with 10 % and 50 W for values latched at different moments of a changing load. */
const APPARENT_TOLERANCE = { milli: 1100, watts: 50 };
/** The phases' sum against the total: 5 %, at least 50 W, for the same reason. */
const SUM_TOLERANCE = { milli: 50, watts: 50 };
/** A 16-bit total of three phases wraps where its parts do not: 3 × 80 A × 230 V = 55 kW against 32,767 W. */
const WORD = 0x1_0000;

function needed(values: Values, name: string): number {
  const value = values(name);
  if (value === undefined)
    throw new MeterModelError("register-not-in-block", `no sample block holds a register "${name}"`);
  if (value === null) throw new MeterModelError("unreadable-value", `the meter sent no number as "${name}"`);
  return value;
}

/** What the contact's own bits say; a pattern that is neither closed nor all clear is unknown, and so is no relay. */
export function relayFromStatus({ relay }: ProfileVariant, word: number): RelayState {
  if (relay === undefined) return "unknown";
  const { mask, closedValue } = relay.readBack;
  const bits = word & mask;
  if (bits === closedValue) return "closed";
  return bits === (~closedValue & mask) ? "open" : "unknown";
}

function agrees(total: number, sum: number): boolean {
  return Math.abs(total - sum) <= Math.max(SUM_TOLERANCE.watts, (Math.abs(sum) * SUM_TOLERANCE.milli) / 1000);
}

function sumOfPhasesVar(values: Values): number {
  return PHASES.reduce((sum, phase) => sum + (values(`${phase}.reactivePowerVar`) ?? 0), 0);
}

/** The total, or the phases' sum where the total has wrapped by a whole word. */
function withoutWrap(total: number, sum: number): number {
  const wraps = Math.round((sum - total) / WORD);
  return wraps !== 0 && agrees(total + wraps * WORD, sum) ? sum : total;
}

function isGridFrequency(frequencyCHz: number): boolean {
  return frequencyCHz >= FREQUENCY_CHZ.lowest && frequencyCHz <= FREQUENCY_CHZ.highest;
}

interface PhaseReading {
  voltageDv: number;
  currentCa: number;
  activePowerW: number;
}

/** A line that is stuck at one level. */
function areAll(bits: 0 | 0xffff, replies: Replies): boolean {
  return replies.every((words) => words.every((word) => word === bits));
}

function isImpossible(values: Values, phases: readonly PhaseReading[], replies: Replies): boolean {
  const factor = values("powerFactorMilli") ?? 0;
  const frequency = values("frequencyCHz");
  const isLive = phases.some((phase) => phase.voltageDv >= LIVE_VOLTAGE_DV);
  return (
    areAll(0, replies) ||
    areAll(0xffff, replies) ||
    Math.abs(factor) > 1000 ||
    (isLive && frequency != null && !isGridFrequency(frequency)) ||
    phases.some(
      (phase) =>
        phase.voltageDv > HIGHEST_VOLTAGE_DV ||
        // U in 0.1 V times I in 0.01 A is in milliwatts.
        Math.abs(phase.activePowerW) >
          (phase.voltageDv * phase.currentCa * APPARENT_TOLERANCE.milli) / 1_000_000 +
            APPARENT_TOLERANCE.watts,
    )
  );
}

function readPhases(values: Values, variant: ProfileVariant): PhaseReading[] {
  if (variant.phases === 1)
    return [
      {
        voltageDv: needed(values, "voltageDv"),
        currentCa: needed(values, "currentCa"),
        activePowerW: needed(values, "activePowerW"),
      },
    ];
  return PHASES.map((phase) => ({
    voltageDv: needed(values, `${phase}.voltageDv`),
    currentCa: needed(values, `${phase}.currentCa`),
    activePowerW: needed(values, `${phase}.activePowerW`),
  }));
}

/** Flags that the words themselves justify; "first" and "stale" are known only to who polls. */
function flagsOf(variant: ProfileVariant, values: Values, impossible: boolean): SampleFlag[] {
  const flags: SampleFlag[] = [];
  if (impossible) flags.push("suspect");
  const { fault } = variant;
  if (fault !== undefined && (needed(values, fault.register) & fault.mask) !== 0) flags.push("meter-fault");
  return flags;
}

type Ratios = Pick<SampleContext, "ctRatio" | "ptRatio">;

/** From the secondary to the primary side. */
function primary(name: string, value: number, { ctRatio, ptRatio }: Ratios): number {
  const product = value * ratioFactor(name, ctRatio, ptRatio);
  if (!Number.isSafeInteger(product))
    throw new MeterModelError("out-of-range", `${name} ${value} is not exact after its ratios`);
  return product;
}

function primaryPhase(phase: PhaseReading, ratios: Ratios): PhaseReading {
  return {
    voltageDv: primary("voltageDv", phase.voltageDv, ratios),
    currentCa: primary("currentCa", phase.currentCa, ratios),
    activePowerW: primary("activePowerW", phase.activePowerW, ratios),
  };
}

/**
 * A sample from the replies to the variant's sample blocks, in their order, with CT ratio on currents, PT ratio on
 * voltages and both on powers and energies. Values that no meter can have measured set "suspect"; they are kept as read.
 * @throws MeterModelError "unknown-variant", "unknown-loop", "wrong-word-count", "register-not-in-block",
 *   "unreadable-value", "out-of-range"
 */
export function decodeSample(
  profile: Profile,
  variantName: string,
  replies: Replies,
  context: SampleContext,
): Sample {
  const variant = profileVariant(profile, variantName);
  const values = valuesOf(layoutOf(variant, context.loop), replies);
  const phases = readPhases(values, variant);
  const isThreePhase = variant.phases === 3;

  const sumW = phases.reduce((sum, phase) => sum + phase.activePowerW, 0);
  const activePowerW = withoutWrap(needed(values, "activePowerW"), sumW);
  const sumsAgree = !isThreePhase || agrees(activePowerW, sumW);
  const totalVar = needed(values, "reactivePowerVar");
  const reactivePowerVar = isThreePhase ? withoutWrap(totalVar, sumOfPhasesVar(values)) : totalVar;

  const relay =
    variant.relay === undefined
      ? "unknown"
      : relayFromStatus(variant, needed(values, variant.relay.readBack.register));

  return {
    circuitId: context.circuitId,
    at: context.at,
    energyWh: primary("energyWh", needed(values, "energyWh"), context),
    activePowerW: primary("activePowerW", activePowerW, context),
    reactivePowerVar: primary("reactivePowerVar", reactivePowerVar, context),
    voltageDv: primary("voltageDv", phases[0]?.voltageDv ?? 0, context),
    currentCa: primary("currentCa", Math.max(...phases.map((phase) => phase.currentCa)), context),
    powerFactorMilli: needed(values, "powerFactorMilli"),
    frequencyCHz: values("frequencyCHz") === undefined ? NOT_MEASURED : needed(values, "frequencyCHz"),
    relay,
    flags: flagsOf(variant, values, !sumsAgree || isImpossible(values, phases, replies)),
    ...(isThreePhase ? { phases: phases.map((phase) => primaryPhase(phase, context)) } : {}),
  };
}
