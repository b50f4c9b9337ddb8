import { buildCampus } from "./build-campus.ts";
import type { Campus, CampusOptions, Finding } from "./campus.ts";
import { judgeBooks, judgeDerived, judgeRegisters, judgeStep } from "./judge.ts";
import { leave } from "./leaving.ts";
import { changeRooms } from "./moving.ts";
import { OnlinePayments } from "./online-payments.ts";
import { Desk } from "./people.ts";
import { bringEverything, bringReadings, calm, liveUntil } from "./readings.ts";
import {
  changeRatio,
  changeTariff,
  decideHeldUse,
  jumpRegister,
  planPrices,
  reverseGrants,
  swapMeter,
  toggleRelay,
} from "./staff.ts";
import { sweep } from "./sweep.ts";
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

interface People {
  desk: Desk;
  online: OnlinePayments;
}
type Act = (campus: Campus, desk: Desk, online: OnlinePayments) => Promise<void>;
/** How often each happens beside the others. */
const ACTS = [
  ["readings", 40, (campus) => bringReadings(campus)],
  ["sweeps", 14, (campus) => sweep(campus)],
  ["rush", 22, (_, desk) => desk.rush()],
  ["online", 8, (_campus, _desk, online) => online.pay()],
  ["shift", 5, (_, desk) => desk.turnShift()],
  ["adjustment", 3, (_, desk) => desk.adjust()],
  ["prices", 1, (campus) => planPrices(campus)],
  ["tariff", 2, (campus) => changeTariff(campus)],
  ["swap", 1, (campus) => swapMeter(campus)],
  ["ratio", 1, (campus) => changeRatio(campus)],
  ["held use", 2, (campus) => decideHeldUse(campus)],
  ["relay", 3, (campus) => toggleRelay(campus)],
  ["jump", 1, (campus) => jumpRegister(campus)],
  ["rooms", 2, (campus) => changeRooms(campus)],
  ["leaving", 2, (campus, desk, online) => leave(campus, desk, online)],
  ["reversal", 0.3, (campus) => reverseGrants(campus)],
] as const satisfies readonly (readonly [string, number, Act])[];
const WHOLE_WEIGHT = ACTS.reduce((sum, [, weight]) => sum + weight, 0);

/** Their whole length each time: of years not every month. */
const JUDGE_BOOKS_EVERY_DAYS = 20;
const MOST_TIMES_JUDGED = 12;
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
    const online = new OnlinePayments(campus);
    await desk.open();
    const endMs = server.nowMs + options.days * DAY_MS;
    const judgeEveryDays = Math.max(JUDGE_BOOKS_EVERY_DAYS, options.days / MOST_TIMES_JUDGED);
    let booksMs = server.nowMs;
    let day = "";
    while (server.nowMs < endMs && campus.findings.length < ENOUGH_FINDINGS) {
      await step(
        campus,
        drawAct(campus),
        { desk, online },
        server.nowMs + random.pauseMs(options.stepMinutes * MINUTE_MS),
      );
      if (server.nowMs - booksMs > judgeEveryDays * DAY_MS) {
        booksMs = server.nowMs;
        await judgeBooks(campus);
      }
      if (day === wall.dayAt(server.nowMs)) continue;
      day = wall.dayAt(server.nowMs);
      onDay(day);
    }
    if (campus.findings.length === 0) await end(campus, { desk, online });
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
  { desk, online }: People,
  untilMs: number,
): Promise<void> {
  const { server, random, options } = campus;
  campus.step = name;
  liveUntil(campus, untilMs);
  const sinceMs = server.nowMs;
  if (random.chance(options.deathShare)) server.threaten();
  await act(campus, desk, online).catch((error: unknown) => {
    // Nothing on this campus may be refused; what came of it shows in the books.
    campus.find(error instanceof Error ? error.message : String(error));
  });
  server.spare();
  await judgeStep(campus, sinceMs);
}

/** Everything is read, every day over, everything decided: then nothing may be left, anywhere. */
async function end(campus: Campus, people: People): Promise<void> {
  const { server, meters, wall } = campus;
  const { desk, online } = people;
  if (desk.shift !== null)
    await step(campus, ["last shift", 0, () => desk.turnShift()], people, server.nowMs + 1);
  await step(campus, ["last readings", 0, bringEverything], people, server.nowMs + HOUR_MS);
  const last: Act = async () => {
    await calm(
      campus,
      meters.map(({ circuitId }) => circuitId),
    );
  };
  await step(campus, ["last registers", 0, last], people, server.nowMs + MINUTE_MS);
  await judgeRegisters(campus);
  // Nobody is read any more; the sweep closes the last day.
  server.advance(wall.nextDayMs(server.nowMs) - server.nowMs + 7 * HOUR_MS);
  await step(campus, ["last sweep", 0, sweep], people, server.nowMs);
  await step(campus, ["last decisions", 0, () => decideHeldUse(campus, 1)], people, server.nowMs);
  await judgeRegisters(campus);
  await judgeBooks(campus);
  await judgeDerived(campus);
  await online.judge();
  campus.books.judgeEnd();
}
