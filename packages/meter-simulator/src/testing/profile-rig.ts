import { createVirtualClock } from "../clock/virtual-clock.ts";
import { encodeFrame, findFrame } from "../dlt645/frame.ts";
import { createSiteCore } from "../site/site-core.ts";
import { parseSite, type SiteFileInput } from "../site/site-file.ts";
import { createRtuMaster } from "./rtu-master.ts";

type BusInput = SiteFileInput["buses"][number];

/** Saturday 21 November 2026, 08:09:10. */
export const RIG_START = Date.UTC(2026, 10, 21, 8, 9, 10);

/** One bus with the given meters on a virtual clock, and masters for both protocols. */
export function profileRig(meters: NonNullable<BusInput["meters"]>, bus: Partial<BusInput> = {}) {
  const clock = createVirtualClock(RIG_START);
  const site = parseSite({
    buses: [{ id: "bus", line: { baud: 9600, parity: "even", stopBits: 1 }, meters, ...bus }],
  });
  const core = createSiteCore({ site, seed: 5, clock, fifoCharacters: 1, state: undefined });
  const { hub } = core.bus("bus");
  let heard: number[] = [];
  const port = hub.attach({ onCharacters: (bytes) => void heard.push(...bytes) });
  const rtu = createRtuMaster(hub, clock);
  /** All bytes heard within two seconds of sending these. */
  const raw = (bytes: ArrayLike<number>): number[] => {
    heard = [];
    port.send(Uint8Array.from(bytes));
    clock.advance(2000);
    return heard;
  };
  /** The good frame among what is heard, or undefined. */
  const dlt645 = (address: string, control: number, data: readonly number[]) => {
    const found = findFrame(raw(encodeFrame({ address, control, data: [...data] }, 4)));
    return found.kind === "frame" ? found.frame : undefined;
  };
  return { clock, core, hub, rtu, raw, dlt645 };
}

export const bytesOf = (hex: string): number[] =>
  (hex.replaceAll(" ", "").match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
export const hexOf = (bytes: ArrayLike<number>): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join("");
