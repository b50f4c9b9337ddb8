import type { UnitId } from "@hallmeter/meter-model";
import { encodeFrame, findFrame, WAKE_UP_BYTES } from "./frame.ts";

/** A reply as the meter of another address would send it. */
export function dlt645FrameOf(bytes: Uint8Array, unitId: UnitId): Uint8Array {
  const found = findFrame([...bytes]);
  if (found.kind !== "frame") return bytes;
  const address = String(unitId).padStart(12, "0");
  return encodeFrame({ ...found.frame, address }, WAKE_UP_BYTES);
}
