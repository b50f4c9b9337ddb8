import type { Dlt645ReadBlock, Profile } from "@hallmeter/meter-model";
import { ADDRESS_BYTES, ANY_ADDRESS, addressOf, isWholeAddress } from "../../protocol/dlt645/address.ts";
import type { Heard, Probe } from "./probe.ts";
import { type FoundUnit, fittingProfiles } from "./scan-units.ts";

export interface Dlt645ScanOptions {
  probe: Probe;
  profiles: readonly Profile[];
  /** Looked at before each question. */
  isStopped: () => boolean;
  /** So many more questions are to come. */
  onMore: (questions: number) => void;
  onAsked: () => void;
  onFound: (unit: FoundUnit) => void;
}

/** The meter's own address, as a parameter that function 11h reads. DL/T 645-2007, annex A, 04000401. */
const ADDRESS_BLOCK: Dlt645ReadBlock = { name: "address", dataId: 0x04000401, bytes: ADDRESS_BYTES };
/** DL/T 645-2007 lets 500 ms pass before a meter begins its answer. Range 500–1500 ms. */
const TIMING = { gapMs: 0, allowanceMs: 600 };
/** Two digits a byte. */
const PAIRS = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, "0"));
/** A line of noise would be narrowed down for ever. Range 500–5000: with 0.7 s a question at 2400 baud, 2000 are 23 min. */
const MOST_QUESTIONS = 2000;

/**
 * Finds DL/T 645 meters whose addresses nobody knows. One meter tells its address to whoever asks everybody; several answer over
 * each other. Then they are asked by the lowest byte, and where answers still collide by the next one: an address may leave its
 * high bytes open with AA, and the answer names the whole (DL/T 645-2007, address field).
 * @throws GatewayError when the line is gone
 */
export async function scanDlt645(options: Dlt645ScanOptions): Promise<FoundUnit[]> {
  const { probe, isStopped, onMore, onAsked, onFound } = options;
  const found = new Map<string, FoundUnit>();
  let left = MOST_QUESTIONS;

  const take = async (unitId: string, state: FoundUnit["state"]) => {
    if (found.has(unitId)) return;
    const fits = state === "answered" ? await fittingProfiles(options, unitId) : [];
    const unit = { unitId, state, fits };
    found.set(unitId, unit);
    onFound(unit);
  };
  const ask = (lowDigits: string): Promise<Heard<string>> => {
    left -= 1;
    return readAddress(probe, lowDigits);
  };
  const search = async (lowDigits: string, first?: Heard<string>): Promise<void> => {
    let reply = first ?? (await ask(lowDigits));
    // Noise is gone the second time, a collision is not.
    if (reply.kind === "unclear") reply = await ask(lowDigits);
    onAsked();
    if (reply.kind === "answered") return take(reply.value, "answered");
    if (reply.kind !== "unclear") return;
    if (isWholeAddress(lowDigits)) return take(lowDigits, "unclear");
    onMore(PAIRS.length);
    for (const pair of PAIRS) if (!isStopped() && left > 0) await search(`${pair}${lowDigits}`);
  };

  if (isStopped()) return [];
  onMore(1);
  // Function 13h is made for this, and a meter may refuse it.
  const answer = await probe.readAddress?.(TIMING);
  await search("", answer?.kind === "refused" ? undefined : answer);
  return [...found.values()];
}

/** Of the one meter whose address ends so. */
async function readAddress(probe: Probe, lowDigits: string): Promise<Heard<string>> {
  const pattern = `${ANY_ADDRESS.slice(lowDigits.length)}${lowDigits}`;
  const reply = await probe.read(pattern, ADDRESS_BLOCK, TIMING);
  if (reply.kind !== "answered") return reply;
  const address = addressOf(reply.value);
  const isOne = address !== null && isWholeAddress(address) && address.endsWith(lowDigits);
  return isOne ? { kind: "answered", value: address } : { kind: "unclear" };
}
