import type { ProfileVariant, UnitId } from "@hallmeter/meter-model";
import type { Bus, BusEvents } from "../../bus/bus.ts";
import type { Cancel } from "../../clock.ts";
import { type DescribedFrame, FrameReader } from "../../tools/trace/describe-frame.ts";
import { LineSniffer, type OverheardFrame } from "../../tools/trace/line-sniffer.ts";

type BusFrame = BusEvents["frame"];

/** Some 20 s of a busy bus at 9600 baud. */
const FRAMES_KEPT = 500;

export interface ShownFrame extends Omit<DescribedFrame, "direction"> {
  /** Counts up over the life of the gateway. */
  number: number;
  /** Milliseconds since the epoch. */
  at: number;
  /** `dropped`: thrown away, because it answers nothing that was asked. */
  direction: BusFrame["direction"];
  /** Bytes as hexadecimal digits. */
  hex: string;
}

interface KeptFrame extends BusFrame {
  number: number;
}

/** The last frames of every bus, and the new ones for who listens. Frames are decoded only for somebody who looks. */
export class BusFrames {
  readonly #kept = new Map<string, KeptFrame[]>();
  readonly #listeners = new Map<string, Set<(frame: KeptFrame) => void>>();
  #lastNumber = 0;

  /** To be called with every bus that is opened. */
  watch(bus: Bus): Bus {
    bus.on("frame", (frame) => this.#take(bus.id, frame));
    return bus;
  }

  /** @param variantOf names the registers of a unit's answers */
  last(busId: string, variantOf: (unitId: UnitId) => ProfileVariant | undefined): ShownFrame[] {
    const teller = new FrameTeller(variantOf);
    return (this.#kept.get(busId) ?? []).map((frame) => teller.tell(frame));
  }

  /** Tells what is kept at once and new frames as they come; returns what ends it. */
  follow(
    busId: string,
    variantOf: (unitId: UnitId) => ProfileVariant | undefined,
    tell: (frames: ShownFrame[]) => void,
  ): Cancel {
    const teller = new FrameTeller(variantOf);
    tell((this.#kept.get(busId) ?? []).map((frame) => teller.tell(frame)));
    const listener = (frame: KeptFrame) => tell([teller.tell(frame)]);
    const listeners = this.#listeners.get(busId) ?? new Set();
    this.#listeners.set(busId, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  #take(busId: string, frame: BusFrame): void {
    const kept = this.#kept.get(busId) ?? [];
    this.#kept.set(busId, kept);
    const numbered = { ...frame, number: ++this.#lastNumber };
    kept.push(numbered);
    if (kept.length > FRAMES_KEPT) kept.shift();
    for (const listener of this.#listeners.get(busId) ?? []) listener(numbered);
  }
}

/** Reads frames in their order: an answer is understood by the request before it. */
class FrameTeller {
  readonly #variantOf: (unitId: UnitId) => ProfileVariant | undefined;
  readonly #readers = new Map<UnitId | undefined, FrameReader>();

  constructor(variantOf: (unitId: UnitId) => ProfileVariant | undefined) {
    this.#variantOf = variantOf;
  }

  tell({ number, at, direction, bytes, unitId }: KeptFrame): ShownFrame {
    const described = this.#readerOf(unitId).describe(wholeFrame(bytes));
    return {
      ...described,
      unitId: described.unitId ?? (unitId === undefined ? null : String(unitId)),
      number,
      at,
      direction,
      hex: Buffer.from(bytes).toString("hex"),
    };
  }

  #readerOf(unitId: UnitId | undefined): FrameReader {
    const known = this.#readers.get(unitId);
    if (known) return known;
    const reader = new FrameReader(unitId === undefined ? undefined : this.#variantOf(unitId));
    this.#readers.set(unitId, reader);
    return reader;
  }
}

/** The bytes as one frame with a good checksum, or as noise. */
function wholeFrame(bytes: Uint8Array): OverheardFrame {
  const sniffer = new LineSniffer();
  const found = [...sniffer.take(bytes, 0), ...sniffer.settle(Number.POSITIVE_INFINITY)];
  const [only] = found;
  return found.length === 1 && only ? only : { protocol: "noise", atMs: 0, bytes };
}
