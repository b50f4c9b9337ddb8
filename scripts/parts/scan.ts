import {
  type FoundAt,
  parseBusUrl,
  pipeFor,
  type ScanProgress,
  scanBus,
  systemClock,
} from "@hallmeter/bus-gateway/tools";
import { builtInProfiles, type LineConfig } from "@hallmeter/meter-model";

export interface ScanCommandOptions {
  bus: string;
  units: number[];
  baud?: number[];
  parity?: LineConfig["parity"][];
  json?: boolean;
}

/** Where the progress goes: a person's terminal, or nowhere. */
export interface ProgressTerminal {
  isInteractive: boolean;
  write: (text: string) => void;
}

const processTerminal: ProgressTerminal = {
  isInteractive: process.stderr.isTTY === true,
  write: (text) => void process.stderr.write(text),
};

/** A program that reads along wants to know that it goes on, not every question. */
const JSON_PROGRESS_EVERY_MS = 1000;
const ERASE_LINE = "\r\u001b[K";

/**
 * `hallmeter scan`: 0 when somebody answered, 1 when nobody did.
 * @param refuse ends the command for wrong use
 */
export async function scanAtTerminal(
  options: ScanCommandOptions,
  print: (line: string) => void,
  refuse: (mistake: string) => never,
  ended: Promise<void>,
  terminal: ProgressTerminal = processTerminal,
): Promise<number> {
  const { pipe, line } = parseBusUrl(options.bus);
  if (pipe.kind !== "serial" && (options.baud || options.parity))
    refuse("a serial server speaks at the setting it was given; --baud and --parity are for serial ports");
  const lines = (options.baud ?? [line.baud]).flatMap((baud) =>
    (options.parity ?? [line.parity]).map((parity) => ({ ...line, baud, parity })),
  );
  const abort = new AbortController();
  void ended.then(() => abort.abort());
  const erase = () => terminal.isInteractive && !options.json && terminal.write(ERASE_LINE);
  const found = await scanBus({
    pipe,
    lines,
    unitIds: options.units,
    profiles: Object.values(builtInProfiles),
    clock: systemClock,
    openPipe: (config, setting) =>
      pipeFor(config, setting, { clock: systemClock, random: Math.random, dialIn: null }),
    signal: abort.signal,
    onProgress: progressTeller(options.json === true, print, terminal),
    onFound: (unit) => {
      erase();
      print(
        options.json
          ? JSON.stringify({ type: "found", ...unit })
          : describeFound(unit, pipe.kind === "serial"),
      );
    },
  });
  erase();
  const isStopped = abort.signal.aborted;
  if (options.json) print(JSON.stringify({ type: "end", found: found.length, isStopped }));
  else if (found.length === 0) print(isStopped ? "stopped; nobody answered so far" : "nobody answered");
  else if (isStopped) print("stopped before the end");
  return found.length > 0 ? 0 : 1;
}

function progressTeller(isJson: boolean, print: (line: string) => void, terminal: ProgressTerminal) {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (progress: ScanProgress) => {
    if (isJson) {
      const nowMs = systemClock.monotonicMs();
      if (nowMs - toldMs < JSON_PROGRESS_EVERY_MS) return;
      toldMs = nowMs;
      print(JSON.stringify({ type: "progress", ...progress }));
    } else if (terminal.isInteractive) terminal.write(`${ERASE_LINE}${describeProgress(progress)}`);
  };
}

function describeProgress({ line, unitId, asked, total, found }: ScanProgress): string {
  const who = unitId === null ? "DL/T 645 address" : `unit ${unitId}`;
  return `${line.baud} ${line.parity} · ${who} · ${asked} of ${total} · ${found} found`;
}

function describeFound({ unitId, state, fits, line }: FoundAt, isSerial: boolean): string {
  const where = isSerial ? ` at ${line.baud} ${line.parity}` : "";
  const who = `unit ${unitId}${where}`;
  if (state === "unclear") return `${who}: answers that cannot be read; two units may have this address`;
  const names = fits.map(({ profile, variant }) => `${profile} ${variant}`);
  if (names.length === 0) return `${who}: answers, and no profile fits`;
  return names.length === 1 ? `${who}: ${names[0]}` : `${who}: several fit: ${names.join(", ")}`;
}
