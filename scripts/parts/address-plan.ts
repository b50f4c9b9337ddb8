import {
  type AddressPlanMistake,
  CABINET_FRAMES,
  type CabinetContent,
  type CabinetFrame,
  type PlannedBus,
  planAddresses,
  spreadOverCabinets,
} from "@hallmeter/bus-gateway/tools";
import { acrelAdf400l, profileVariant, type ReadBlock } from "@hallmeter/meter-model";

export interface AddressPlanOptions {
  cabinet?: CabinetContent[];
  threePhase: number;
  singlePhase: number;
  frame: `${CabinetFrame}`;
  baud: number;
  parity: "none" | "odd" | "even";
  turnaroundMs: number;
  pollS: number;
  json?: boolean;
}

/** The gateway leaves a fifth of the wire for people, switching and repeats; so does the plan. */
const LIMIT_MILLI = 800;

/**
 * `hallmeter plan`: answers the exit code, 1 when a bus cannot be polled that often.
 * @param refuse ends the command for wrong use
 */
export function planAtTerminal(
  options: AddressPlanOptions,
  print: (line: string) => void,
  refuse: (mistake: string) => never,
): number {
  const frame = CABINET_FRAMES.find((size) => `${size}` === options.frame) ?? CABINET_FRAMES[0];
  const cabinets = options.cabinet ?? spreadOverCabinets(options, frame);
  if (cabinets.length === 0) refuse("nothing to plan; give --cabinet, --three-phase or --single-phase");
  const plan = planAddresses({
    cabinets,
    frame,
    line: { baud: options.baud, parity: options.parity, stopBits: 1 },
    turnaroundMs: options.turnaroundMs,
    pollIntervalMs: options.pollS * 1000,
    sampleRegisters: {
      "three-phase": registersOf("three-phase"),
      "single-phase": registersOf("single-phase"),
    },
    limitMilli: LIMIT_MILLI,
  });
  if (!plan.ok) refuse(plan.mistakes.map(describeMistake).join("; "));
  for (const line of options.json ? [JSON.stringify(plan)] : describePlan(plan.buses, options)) print(line);
  return plan.buses.every(({ fits }) => fits) ? 0 : 1;
}

function registersOf(variant: string): number[] {
  return profileVariant(acrelAdf400l, variant).sampleBlocks.flatMap((block: ReadBlock) =>
    "count" in block ? [block.count] : [],
  );
}

function describePlan(buses: readonly PlannedBus[], options: AddressPlanOptions): string[] {
  const line = `${options.baud} baud, parity ${options.parity}, ${options.turnaroundMs} ms turnaround`;
  return buses.flatMap((bus, index) => [
    `bus ${index + 1} · ${line} · every circuit each ${options.pollS} s takes ${percent(bus.plannedMilli)} of the wire`,
    ...bus.cabinets.map(({ firstUnitId, circuits }) => {
      const ids = (kind: string) => runs(circuits.filter((c) => c.kind === kind).map((c) => c.unitId));
      const parts = ["three-phase", "single-phase"].flatMap((kind) =>
        ids(kind) ? [`${kind} ${ids(kind)}`] : [],
      );
      return `  cabinet at ${firstUnitId}: ${parts.join(", ")}`;
    }),
    bus.fits
      ? `  one round takes ${seconds(bus.cycleMs)}; polls could be as close as ${seconds(bus.shortestIntervalMs)}`
      : `  TOO MUCH: poll no oftener than every ${seconds(bus.shortestIntervalMs)}, raise the baud rate, or split the cabinet`,
  ]);
}

function describeMistake(mistake: AddressPlanMistake): string {
  const cabinet = `cabinet ${mistake.cabinet + 1}`;
  return mistake.code === "cabinet-empty"
    ? `${cabinet} has no circuit`
    : `${cabinet} needs ${mistake.unitIds} unit ids and its frame has ${mistake.frame}`;
}

function percent(milli: number): string {
  return `${(milli / 10).toFixed(1)} %`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** 1, 4, 7 stay as they are; 13, 14, 15, 16 become 13–16. */
function runs(ids: readonly number[]): string {
  const found: { from: number; to: number }[] = [];
  for (const id of ids) {
    const last = found.at(-1);
    if (last && last.to === id - 1) last.to = id;
    else found.push({ from: id, to: id });
  }
  return found.map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`)).join(", ");
}
