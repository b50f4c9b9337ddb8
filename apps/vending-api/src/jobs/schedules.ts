import cron from "node-cron";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { type DueTimes, dueTimesOf } from "./due-times.ts";
import { scheduleModel } from "./schedule.model.ts";

/** Work that falls due by itself. One process of all does it, and one run makes up for all that were missed. */
export interface Schedule {
  /** Kebab-case; kept in the store for ever. */
  readonly name: string;
  /** Five fields, in UTC: midnight comes at another hour at each site, so the work asks each site's calendar. */
  readonly pattern: string;
  /**
   * `dueAt`: the latest due time; `lastRunFor`: the one done before, so that what fell due between can be made up for. May run
   * again after a crash: whatever it does must be idempotent. When it rejects it runs again within a minute.
   */
  run(deps: Deps, due: { dueAt: Date; lastRunFor: Date }): Promise<void>;
}

/** How long a dead process keeps a schedule from the others. Range 30 s–10 min. */
export const SCHEDULE_LEASE_MS = 60_000;
/** For what was missed while nothing ran, and what failed. Range 10 s–10 min. */
const LOOK_INTERVAL_MS = 60_000;

/** Runs each schedule when it falls due, and at once when it fell due while no process ran. */
export function startSchedules(deps: Deps, schedules: readonly Schedule[]): { stop(): Promise<void> } {
  const running = new Set<Promise<void>>();
  const runners = schedules.map((schedule) => {
    const runIfDue = scheduleRunner(deps, schedule);
    let busy = false;
    const look = () => {
      if (busy || deps.stopping.aborted) return;
      busy = true;
      const done: Promise<void> = runIfDue()
        .then(() => undefined)
        .catch((error: unknown) => {
          if (!deps.stopping.aborted)
            deps.log.error({ err: error, schedule: schedule.name }, "schedule failed; it runs again");
        })
        .finally(() => {
          busy = false;
          running.delete(done);
        });
      running.add(done);
    };
    look();
    const task = cron.schedule(schedule.pattern, look, { timezone: "UTC", name: schedule.name });
    return { look, task };
  });
  const stopTimer = deps.clock.every(LOOK_INTERVAL_MS, () => {
    for (const { look } of runners) look();
  });
  return {
    async stop() {
      stopTimer();
      await Promise.all(runners.map(({ task }) => task.destroy()));
      await Promise.all(running);
    },
  };
}

/** Each call runs the schedule if it is due and no other process has it. True when it ran. */
export function scheduleRunner(deps: Deps, schedule: Schedule): () => Promise<boolean> {
  const { connection, clock } = deps;
  const rows = scheduleModel(connection);
  const dueTimes: DueTimes = dueTimesOf(schedule.pattern);
  /** Nothing falls due up to here after what was done: saves looking at the same days each minute. */
  let lookedUntilMs = Number.NEGATIVE_INFINITY;

  return async () => {
    const now = clock.now();
    const lastRunFor = await firstSeen(deps, schedule.name, now);
    const afterMs = Math.max(lastRunFor.getTime(), lookedUntilMs);
    const dueMs = dueTimes.latest(afterMs, now.getTime());
    if (dueMs === undefined) {
      lookedUntilMs = now.getTime();
      return false;
    }
    const dueAt = new Date(dueMs);
    const holder = newId();
    const until = () => new Date(clock.now().getTime() + SCHEDULE_LEASE_MS);
    const claimed = await rows.findOneAndUpdate(
      {
        _id: schedule.name,
        lastRunFor,
        $or: [{ lease: null }, { "lease.until": { $lte: now } }],
      },
      { $set: { lease: { holder, until: until() } } },
    );
    if (!claimed) return false;
    const mine = { _id: schedule.name, "lease.holder": holder };
    const stopRenewing = clock.every(SCHEDULE_LEASE_MS / 3, () => {
      rows.updateOne(mine, { $set: { "lease.until": until() } }).catch((error: unknown) => {
        deps.log.warn({ err: error, schedule: schedule.name }, "lease not renewed");
      });
    });
    try {
      await schedule.run(deps, { dueAt, lastRunFor });
      await rows.updateOne(mine, { $set: { lastRunFor: dueAt, lease: null } });
    } catch (error) {
      await rows.updateOne(mine, { $set: { lease: null } });
      throw error;
    } finally {
      stopRenewing();
    }
    return true;
  };
}

/** A schedule that no process has known before has missed nothing. */
async function firstSeen({ connection }: Deps, name: string, now: Date): Promise<Date> {
  const row = await scheduleModel(connection)
    .findOneAndUpdate(
      { _id: name },
      { $setOnInsert: { lastRunFor: now, lease: null } },
      { upsert: true, returnDocument: "after" },
    )
    .lean();
  return row.lastRunFor;
}
