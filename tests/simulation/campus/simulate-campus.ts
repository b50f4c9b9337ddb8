import { buildCampus, type Campus, type CampusOptions, type Finding } from "./campus.ts";
import { expectStanding, judgeBooks, judgeDerived, judgeRegisters, judgeStep } from "./judge.ts";
import { leave } from "./leaving.ts";
import { Desk } from "./people.ts";
import { bringEverything, bringReadings, liveUntil } from "./readings.ts";
import {
  changeRatio,
  changeTariff,
  decideHeldUse,
  planPrices,
  reverseGrants,
  swapMeter,
  toggleRelay,
} from "./staff.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./wall-clock.ts";

export interface CampusReport {
  seed: number;
  days: number;
  timeZone: string;
  findings: Finding[];
  counts: Record<string, number>;
  entries: number;
  requests: number;
  operations: number;
  deaths: number;
}

type Act = (campus: Campus, desk: Desk) => Promise<void>;
/** How often each happens beside the others. */
const ACTS = [
  ["readings", 40, (campus) => bringReadings(campus)],
  ["sweeps", 14, (campus) => sweep(campus)],
  ["rush", 22, (_, desk) => desk.rush()],
  ["shift", 5, (_, desk) => desk.turnShift()],
  ["adjustment", 3, (_, desk) => desk.adjust()],
  ["prices", 1, (campus) => planPrices(campus)],
  ["tariff", 2, (campus) => changeTariff(campus)],
  ["swap", 1, (campus) => swapMeter(campus)],
  ["ratio", 1, (campus) => changeRatio(campus)],
  ["held use", 2, (campus) => decideHeldUse(campus)],
  ["relay", 3, (campus) => toggleRelay(campus)],
  ["leaving", 2, (campus, desk) => leave(campus, desk)],
  ["reversal", 0.3, (campus) => reverseGrants(campus)],
] as const satisfies readonly (readonly [string, number, Act])[];
const WHOLE_WEIGHT = ACTS.reduce((sum, [, weight]) => sum + weight, 0);

const JUDGE_BOOKS_EVERY_MS = 20 * DAY_MS;
/** A seed that is wrong once is wrong in everything that follows. */
const ENOUGH_FINDINGS = 10;

/** Lives a campus of a seed to its end, with all books judged at every step. */
export async function simulateCampus(
  options: CampusOptions,
  onDay: (day: string) => void = () => undefined,
): Promise<CampusReport> {
  const campus = await buildCampus(options);
  const { server, random, wall } = campus;
  try {
    const desk = new Desk(campus);
    await desk.open();
    const endMs = server.nowMs + options.days * DAY_MS;
    let booksMs = server.nowMs;
    let day = "";
    while (server.nowMs < endMs && campus.findings.length < ENOUGH_FINDINGS) {
      await step(
        campus,
        drawAct(campus),
        desk,
        server.nowMs + random.pauseMs(options.stepMinutes * MINUTE_MS),
      );
      if (server.nowMs - booksMs > JUDGE_BOOKS_EVERY_MS) {
        booksMs = server.nowMs;
        await judgeBooks(campus);
      }
      if (day === wall.dayAt(server.nowMs)) continue;
      day = wall.dayAt(server.nowMs);
      onDay(day);
    }
    if (campus.findings.length === 0) await end(campus, desk);
    const { counts, findings, books } = campus;
    return {
      seed: options.seed,
      days: options.days,
      timeZone: campus.timeZone,
      findings,
      counts,
      entries: books.entries,
      requests: server.requests,
      operations: server.operations,
      deaths: server.deaths,
    };
  } finally {
    await server.stop();
  }
}

function drawAct({ random }: Campus): (typeof ACTS)[number] {
  let left = random.next() * WHOLE_WEIGHT;
  for (const act of ACTS) {
    left -= act[1];
    if (left < 0) return act;
  }
  return ACTS[0];
}

async function step(
  campus: Campus,
  [name, , act]: readonly [string, number, Act],
  desk: Desk,
  untilMs: number,
): Promise<void> {
  const { server, random, options } = campus;
  campus.step = name;
  liveUntil(campus, untilMs);
  const sinceMs = server.nowMs;
  if (random.chance(options.deathShare)) server.threaten();
  await act(campus, desk);
  server.spare();
  await judgeStep(campus, sinceMs);
}

const sweep = (campus: Campus) => campus.server.work(() => expectStanding(campus));

/** Everything is read, every day over, everything decided: then nothing may be left, anywhere. */
async function end(campus: Campus, desk: Desk): Promise<void> {
  const { server, meters, wall } = campus;
  if (desk.shift !== null)
    await step(campus, ["last shift", 0, () => desk.turnShift()], desk, server.nowMs + 1);
  await step(campus, ["last readings", 0, bringEverything], desk, server.nowMs + HOUR_MS);
  const last: Act = async () => {
    for (const meter of meters) meter.waiting = [meter.read(server.nowMs, [])];
    await bringEverything(campus);
  };
  await step(campus, ["last registers", 0, last], desk, server.nowMs + MINUTE_MS);
  await judgeRegisters(campus);
  // Nobody is read any more; the sweep closes the last day.
  server.advance(wall.nextDayMs(server.nowMs) - server.nowMs + 7 * HOUR_MS);
  await step(campus, ["last sweep", 0, sweep], desk, server.nowMs);
  await step(campus, ["last decisions", 0, () => decideHeldUse(campus, 1)], desk, server.nowMs);
  await judgeRegisters(campus);
  await judgeBooks(campus);
  await judgeDerived(campus);
  campus.books.judgeEnd();
}
