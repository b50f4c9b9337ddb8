import { groupBy } from "../../db/group-by.ts";
import type { Deps } from "../../deps.ts";
import { type Circuit, circuitModel } from "../../network/circuit.model.ts";
import { type Meter, meterModel } from "../../network/meter.model.ts";
import { meteringContextsById } from "../../network/metering-contexts.ts";
import { readHead } from "../../rating/change-head.ts";
import type { MeteringContext } from "../../rating/metering-context.ts";
import { DAY_MS, INTERVAL_MS } from "../../rating/profile-marks.ts";
import { readLine } from "../../rating/read-intervals.ts";
import { judgeReadings, type KnownAround } from "./judge-readings.ts";
import type { HandheldReading, ParsedReadings } from "./parse-readings.ts";
import type { ImportLine } from "./reading-import.model.ts";

/** What every line of a list would do now. Changes nothing. */
export async function previewReadings(
  deps: Deps,
  siteId: string,
  { readings, bad }: ParsedReadings,
  now: Date,
): Promise<ImportLine[]> {
  const { connection } = deps;
  const serials = [...new Set(readings.map((reading) => reading.serial))];
  const meters = await meterModel(connection)
    .find({ siteId, serial: { $in: serials } })
    .lean<Meter[]>();
  const circuits = await circuitModel(connection)
    .find({ meterId: { $in: meters.map((meter) => meter._id) } })
    .lean<Circuit[]>();
  const found = readings.map((reading) => ({ reading, ...circuitOf(reading, meters, circuits) }));
  const lost = found.flatMap(({ reading, problem }) => (problem ? [lineOf(reading, problem)] : []));
  const matched = found.flatMap(({ reading, circuit }) => (circuit ? [matchedLine(reading, circuit)] : []));
  const judged = await judgeAgain(deps, matched, now);
  const wrong = bad.map(
    ({ line, field, message }): ImportLine => ({ ...BLANK, line, outcome: "bad", field, message }),
  );
  return [...wrong, ...lost, ...judged].sort((a, b) => a.line - b.line);
}

/** The same lines as they would be judged now. */
export async function judgeAgain(deps: Deps, lines: readonly ImportLine[], now: Date): Promise<ImportLine[]> {
  const byCircuit = groupBy(lines.filter(isMatched), (line) => line.circuitId);
  const contexts = await meteringContextsById(deps, [...byCircuit.keys()]);
  const judged = await Promise.all(
    contexts.map((context) => judgeLines(deps, context, byCircuit.get(context.circuitId) ?? [], now)),
  );
  return judged.flat();
}

export type MatchedLine = ImportLine & { circuitId: string; at: Date; registerWh: number };

export function isMatched(line: ImportLine): line is MatchedLine {
  return line.circuitId !== null && line.at !== null && line.registerWh !== null;
}

const BLANK: Omit<ImportLine, "line" | "outcome" | "message"> = {
  field: null,
  serial: null,
  circuitId: null,
  at: null,
  registerWh: null,
  operator: null,
  usedWh: null,
};

type Problem = Pick<ImportLine, "outcome" | "field" | "message">;

function lineOf({ line, serial, at, operator }: HandheldReading, problem: Problem): ImportLine {
  return { ...BLANK, line, serial, at, operator, ...problem };
}

function circuitOf(
  { serial, circuit: name }: HandheldReading,
  meters: readonly Meter[],
  circuits: readonly Circuit[],
): { circuit?: Circuit; problem?: Problem } {
  const own = meters.filter((meter) => meter.serial === serial);
  if (own.length === 0)
    return { problem: { outcome: "unknown-meter", field: "serial", message: "No meter has this number" } };
  if (own.length > 1)
    return { problem: { outcome: "conflict", field: "serial", message: "Several meters have this number" } };
  const behind = circuits.filter(({ meterId }) => meterId === own[0]?._id);
  const named = name === null ? behind : behind.filter((circuit) => circuit.name === name);
  const [circuit] = named;
  if (named.length === 1 && circuit) return { circuit };
  const message =
    name === null ? "Say which: the meter has several circuits, or none" : "The meter has no such circuit";
  return { problem: { outcome: "bad", field: "circuit", message } };
}

function matchedLine(
  { line, serial, at, operator, meterRegisterWh }: HandheldReading,
  { _id, ctRatio, ptRatio }: Circuit,
): MatchedLine {
  const registerWh = meterRegisterWh * ctRatio * ptRatio;
  return { ...BLANK, line, outcome: "ready", message: "", serial, circuitId: _id, at, registerWh, operator };
}

async function judgeLines(
  { connection }: Deps,
  context: MeteringContext,
  lines: readonly MatchedLine[],
  now: Date,
): Promise<ImportLine[]> {
  const times = lines.map(({ at }) => at.getTime());
  const span = { fromMs: Math.min(...times) - DAY_MS, toMs: Math.max(...times) };
  const [head, line] = await Promise.all([
    readHead(connection, context.circuitId),
    readLine(connection, context.circuitId, span),
  ]);
  const stepWh = context.registerStepWh;
  const knownAround: KnownAround = (at) => {
    const interval = Math.ceil(at.getTime() / INTERVAL_MS) - 1 - line.first;
    const lowWh = line.readings[interval - 1] ?? null;
    const highWh = line.readings[interval] ?? null;
    return lowWh === null || highWh === null ? null : { lowWh: lowWh - stepWh, highWh: highWh + stepWh };
  };
  const judged = new Map(judgeReadings(lines, head, knownAround, context, now).map((row) => [row.line, row]));
  return lines.map((row) => ({ ...row, ...judged.get(row.line) }));
}
