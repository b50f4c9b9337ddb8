import {
  decodeBlock,
  type IntendedState,
  isModbusWrite,
  type Profile,
  type ProfileVariant,
  profileRegister,
  profileVariant,
  type Register,
  type RelayControl,
  type RelayState,
  registerBlock,
  relayFromStatus,
  relayWrite,
  type UnitId,
} from "@hallmeter/meter-model";
import { type Clock, waitUntil } from "../clock.ts";
import { GatewayError, isGatewayError } from "../errors.ts";
import { hexWord } from "./hex-word.ts";
import type { CircuitAddress } from "./read-circuit.ts";

export interface RelayCommand extends CircuitAddress {
  relay: IntendedState;
  clock: Clock;
}

export interface RelayOutcome {
  unitId: UnitId;
  asked: IntendedState;
  /** Confirmed: the contact itself, read back from the meter, shows what was asked for. */
  outcome: "confirmed" | "not-confirmed";
  /** What was written, and whether the meter repeated it. */
  command: { address: number; word: number; echoed: boolean; failure: string | null };
  /** The command register, read afterwards; null when the meter does not give it. */
  controlWord: number | null;
  /** The status register, read afterwards; null when it could not be read. */
  statusWord: number | null;
  contact: RelayState;
  /** Total power afterwards, before ratios: an open circuit shows less than 10 W. Null when it could not be read. */
  activePowerW: number | null;
  /** What the profile's source leaves unsure about command and read-back. */
  unsure: string[];
}

/** S1 of the safety rules: the relay is read back within 5 s. */
const READ_BACK_WITHIN_MS = 5000;
/** A bistable relay moves in 20–100 ms and meters refresh their status word a few times a second. Range 100–1000 ms. */
const READ_BACK_EVERY_MS = 300;
/** A person waits for it: what has not been sent by then is not sent. Range 1–30 s. */
const VALID_MS = 10_000;

/**
 * Writes the relay command once and reads back until the contact shows it, for at most 5 s. A write that was sent without
 * a clear answer is not sent again: the contact is read all the same and has the last word.
 * @throws GatewayError when nothing was sent, the meter refused the command or has no relay; MeterModelError "unknown-variant"
 */
export async function switchRelay(command: RelayCommand): Promise<RelayOutcome> {
  const { bus, profile, unitId, relay, clock } = command;
  const variant = profileVariant(profile, command.variant);
  if (variant.relay === undefined) throw new GatewayError("function-refused", "this meter only measures");
  const write = relayWrite(variant, relay, { expiresAtMs: clock.nowMs() + VALID_MS, timeZone: "UTC" });
  // The report below speaks of one control word.
  if (!isModbusWrite(write)) throw new GatewayError("function-refused", "the command is no Modbus register");
  const { address, words } = write;
  const failure = await writeOnce(() => bus.write({ lane: "person", unitId, write, profile }));

  const statusRegister = profileRegister(profile, command.variant, variant.relay.readBack.register);
  const giveUpMs = clock.monotonicMs() + READ_BACK_WITHIN_MS;
  let statusWord = await readRegister(command, statusRegister);
  while (contactOf(variant, statusWord) !== relay && clock.monotonicMs() < giveUpMs) {
    await waitUntil(clock, clock.monotonicMs() + READ_BACK_EVERY_MS);
    statusWord = await readRegister(command, statusRegister);
  }
  const contact = contactOf(variant, statusWord);
  return {
    unitId,
    asked: relay,
    outcome: contact === relay ? "confirmed" : "not-confirmed",
    command: { address, word: words[0] ?? 0, echoed: failure === null, failure: failure?.message ?? null },
    controlWord: await readRegister(command, {
      name: "command",
      address,
      function: 3,
      type: "u16",
      wordOrder: "hl",
      scale: [1, 1],
      access: "rw",
    }),
    statusWord,
    contact,
    activePowerW: await readRegister(command, profileRegister(profile, command.variant, "activePowerW")),
    unsure: unsureParts(profile, variant.relay),
  };
}

/** For a terminal. */
export function describeRelayOutcome(outcome: RelayOutcome): string[] {
  const { asked, command, controlWord, statusWord, contact, activePowerW } = outcome;
  return [
    `unit ${outcome.unitId}: ${asked === "open" ? "open" : "close"} ${outcome.outcome === "confirmed" ? "confirmed" : "NOT confirmed"}`,
    `  wrote ${hexWord(command.word)} to ${hexWord(command.address)}: ${command.echoed ? "the meter repeated it" : command.failure}`,
    `  command register now: ${controlWord === null ? "not readable" : hexWord(controlWord)}`,
    `  status word now: ${statusWord === null ? "not readable" : hexWord(statusWord)}, contact ${contact}`,
    `  power now: ${activePowerW === null ? "not readable" : `${activePowerW} W`}`,
    ...outcome.unsure.map((why) => `  unsure: ${why}`),
  ];
}

/** The doubt that a sent write leaves, or null; anything else is thrown. */
async function writeOnce(write: () => Promise<void>): Promise<GatewayError | null> {
  try {
    await write();
    return null;
  } catch (error) {
    if (isGatewayError(error) && error.failureClass === "ambiguous") return error;
    throw error;
  }
}

/** Null when the meter does not answer or does not have it: the report says so instead of ending without one. */
async function readRegister(
  { bus, profile, unitId }: RelayCommand,
  register: Register,
): Promise<number | null> {
  const block = registerBlock(register);
  try {
    const { words } = await bus.read({ lane: "person", unitId, block, profile });
    return decodeBlock([register], block, words)[register.name] ?? null;
  } catch (error) {
    if (isGatewayError(error)) return null;
    throw error;
  }
}

function contactOf(variant: ProfileVariant, statusWord: number | null): RelayState {
  return statusWord === null ? "unknown" : relayFromStatus(variant, statusWord);
}

function unsureParts({ id }: Profile, { command, readBack }: RelayControl): string[] {
  return [
    ...(command.unsure ? [`relay command of ${id}: ${command.unsure}`] : []),
    ...(readBack.unsure ? [`read-back of ${id}: ${readBack.unsure}`] : []),
  ];
}
