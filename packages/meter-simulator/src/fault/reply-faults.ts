import type { UnitId } from "@hallmeter/meter-model";
import { dlt645FrameOf } from "../dlt645/foreign-frame.ts";
import { WAKE_UP_BYTES } from "../dlt645/frame.ts";
import type { Emission } from "../line/emission.ts";
import { withCrc } from "../modbus/crc.ts";
import type { Random } from "../random.ts";
import type { ReplyFault } from "./fault.ts";

/** Between a foreign frame and the right one; longer than t3.5 from 1200 baud up. */
const FRAME_GAP_MS = 35;

/** How a protocol's frames are made: what a fault must know to make another unit's, or one that cannot pass. */
export interface ReplyFraming {
  /** The same reply, as another unit would send it. */
  asUnit(bytes: Uint8Array, unitId: UnitId): Uint8Array;
  /** Bytes at the front that no check covers. */
  unchecked: number;
}

export const RTU_FRAMING: ReplyFraming = {
  asUnit: (bytes, unitId) => withCrc([Number(unitId) & 0xff, ...bytes.subarray(1, -2)]),
  unchecked: 0,
};
export const DLT645_FRAMING: ReplyFraming = { asUnit: dlt645FrameOf, unchecked: WAKE_UP_BYTES };

function damaged(bytes: Uint8Array, unchecked: number, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const index = unchecked + Math.floor(random() * (copy.length - unchecked));
  copy[index] = (copy[index] ?? 0) ^ (1 << Math.floor(random() * 8));
  return copy;
}

function extended(bytes: Uint8Array, extraBytes: number, random: Random): Uint8Array {
  return Uint8Array.from([...bytes, ...Array.from({ length: extraBytes }, () => Math.floor(random() * 256))]);
}

/** What goes out instead of a reply under one fault. */
export function distortEmission(
  fault: ReplyFault,
  emission: Emission,
  framing: ReplyFraming,
  random: Random,
): Emission[] {
  const { bytes, delayMs } = emission;
  switch (fault.kind) {
    case "lost-reply":
      return [];
    case "late-reply":
      return [{ bytes, delayMs: delayMs + fault.delayMs }];
    case "truncated-reply":
      return [{ bytes: bytes.subarray(0, fault.keepBytes), delayMs }];
    case "wrong-length":
      return [{ bytes: extended(bytes, fault.extraBytes, random), delayMs }];
    case "doubled-reply":
      return [emission, { bytes, delayMs: delayMs + fault.gapMs }];
    case "foreign-frame":
      return [
        { bytes: framing.asUnit(bytes, fault.asUnitId), delayMs },
        { bytes, delayMs: delayMs + FRAME_GAP_MS },
      ];
    case "damaged-reply":
      return [{ bytes: damaged(bytes, framing.unchecked, random), delayMs }];
  }
}

/** The reply faults of one bus that are in force, applied in the order in which they were set. */
export class ReplyFaults {
  readonly #random: Random;
  readonly #active = new Map<ReplyFault, { hits: number }>();

  constructor(random: Random) {
    this.#random = random;
  }

  add(fault: ReplyFault): void {
    this.#active.set(fault, { hits: 0 });
  }

  remove(fault: ReplyFault): void {
    this.#active.delete(fault);
  }

  shape(unitId: UnitId, reply: Uint8Array, framing: ReplyFraming): Emission[] {
    let emissions: Emission[] = [{ bytes: reply, delayMs: 0 }];
    for (const [fault, progress] of this.#active) {
      if (fault.unitId !== undefined && fault.unitId !== unitId) continue;
      if (fault.times !== undefined && progress.hits >= fault.times) continue;
      if (this.#random() * 1000 >= fault.chanceMilli) continue;
      progress.hits++;
      emissions = emissions.flatMap((emission) => distortEmission(fault, emission, framing, this.#random));
    }
    return emissions;
  }
}
