import type { Schedule } from "../jobs/schedules.ts";
import { startWaitingMoves } from "./moves.ts";

export const moveSchedules: readonly Schedule[] = [
  { name: "start-waiting-moves", pattern: "* * * * *", run: startWaitingMoves },
];
