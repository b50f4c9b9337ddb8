import type { LineConfig, PipeConfig, Profile } from "@hallmeter/meter-model";
import type { Clock } from "../../clock.ts";
import { GatewayError } from "../../errors.ts";
import type { BytePipe } from "../../pipe/byte-pipe.ts";
import { wireProbe } from "./probe.ts";
import { scanDlt645 } from "./scan-dlt645.ts";
import { type FoundUnit, scanUnits } from "./scan-units.ts";

export interface FoundAt extends FoundUnit {
  line: LineConfig;
}

export interface ScanProgress {
  line: LineConfig;
  /** Unit id asked last; null while DL/T 645 is asked. */
  unitId: number | null;
  /** Questions asked and to be asked, over all settings. */
  asked: number;
  total: number;
  found: number;
}

export interface BusScanOptions {
  pipe: PipeConfig;
  /** A port is opened anew for each; a serial server has the one it was set to. */
  lines: readonly LineConfig[];
  unitIds: readonly number[];
  profiles: readonly Profile[];
  clock: Clock;
  openPipe: (pipe: PipeConfig, line: LineConfig) => BytePipe;
  signal: AbortSignal;
  onProgress: (progress: ScanProgress) => void;
  onFound: (unit: FoundAt) => void;
}

/** The setting that DL/T 645-2007 meters come with. */
export const DLT645_LINE: LineConfig = { baud: 2400, parity: "even", stopBits: 1 };
/** A port opens at once; a serial server across a town takes a second. Range 1–30 s. */
const OPEN_WITHIN_MS = 5000;
/** Real meters answer in 5–200 ms (gateway.md); a network adds its own. Ranges 50–500 and 100–2000 ms. */
const FIRST_ALLOWANCE_MS = { serial: 200, network: 400 } as const;

/**
 * Asks every unit id on every setting. A stop ends it with what was found so far.
 * @throws GatewayError "bus-down" when the pipe cannot be opened
 */
export async function scanBus(options: BusScanOptions): Promise<FoundAt[]> {
  const { pipe, lines, unitIds, signal } = options;
  const wantsDlt645 = pipe.kind === "serial" && !lines.some(isDlt645Line);
  const found: FoundAt[] = [];
  const progress = { asked: 0, total: lines.length * unitIds.length, found: 0 };
  const context = { ...options, found, progress };
  for (const line of lines) if (!signal.aborted) await scanSetting(context, line, unitIds);
  if (wantsDlt645 && !signal.aborted) await scanSetting(context, DLT645_LINE, []);
  return found;
}

interface ScanContext extends BusScanOptions {
  found: FoundAt[];
  progress: Pick<ScanProgress, "asked" | "total" | "found">;
}

async function scanSetting(
  context: ScanContext,
  line: LineConfig,
  unitIds: readonly number[],
): Promise<void> {
  const { pipe: config, profiles, clock, openPipe, signal, onProgress, progress, found } = context;
  const pipe = openPipe(config, line);
  const probe = wireProbe({ pipe, kind: config.kind, line, clock });
  const stop = () => probe.close();
  const tell = (unitId: number | null) => onProgress({ line, unitId, ...progress });
  const onFound = (unit: FoundUnit) => {
    const at = { ...unit, line };
    found.push(at);
    progress.found = found.length;
    context.onFound(at);
  };
  try {
    await opened(pipe, clock);
    signal.addEventListener("abort", stop);
    await scanUnits({
      probe,
      unitIds,
      profiles,
      clock,
      firstAllowanceMs: FIRST_ALLOWANCE_MS[config.kind === "serial" ? "serial" : "network"],
      isStopped: () => signal.aborted,
      onAsked: (unitId) => {
        progress.asked += 1;
        tell(unitId);
      },
      onFound,
    });
    if (signal.aborted) return;
    tell(null);
    await scanDlt645({
      probe,
      profiles,
      isStopped: () => signal.aborted,
      onMore: (questions) => {
        progress.total += questions;
      },
      onAsked: () => {
        progress.asked += 1;
        tell(null);
      },
      onFound,
    });
  } catch (error) {
    // The question that was under way when somebody stopped the scan.
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    probe.close();
    await pipe.close();
  }
}

function opened(pipe: BytePipe, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new GatewayError("bus-down", "it could not be opened in time"));
    const cancel = clock.setTimer(giveUp, OPEN_WITHIN_MS);
    pipe.onState((state) => {
      cancel();
      if (state.state === "up") resolve();
      else reject(new GatewayError("bus-down", state.reason));
    });
    pipe.open();
  });
}

function isDlt645Line({ baud, parity }: LineConfig): boolean {
  return baud === DLT645_LINE.baud && parity === DLT645_LINE.parity;
}
