import type { Clock } from "../../apps/bus-gateway/src/clock.ts";
import type { HubPipe } from "../bench/bus/hub-pipe.ts";

/** Somebody sets the clock of the computer: about every ten minutes, by up to two hours. */
const WALL_JUMP_EVERY_MS = 600_000;
const LONGEST_WALL_JUMP_MS = 7_200_000;
/** Somebody pulls the plug: about once an hour, for up to 20 s. */
const UNPLUG_EVERY_MS = 3_600_000;
const LONGEST_UNPLUG_MS = 20_000;

interface Disturbed {
  clock: Clock;
  random: () => number;
  pipe: HubPipe;
  jump: (byMs: number) => void;
}

/** What happens to the computer: its wall clock is set, its adapter is pulled out. */
export function disturb({ clock, random, pipe, jump }: Disturbed): void {
  const now = (everyMs: number, happen: () => void) => {
    clock.setTimer(
      () => {
        happen();
        now(everyMs, happen);
      },
      2 * random() * everyMs,
    );
  };
  now(WALL_JUMP_EVERY_MS, () => jump(Math.round((2 * random() - 1) * LONGEST_WALL_JUMP_MS)));
  now(UNPLUG_EVERY_MS, () => {
    pipe.unplug();
    clock.setTimer(() => pipe.open(), random() * LONGEST_UNPLUG_MS);
  });
}
