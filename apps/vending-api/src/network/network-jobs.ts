import type { Deps } from "../deps.ts";
import type { Schedule } from "../jobs/schedules.ts";
import { healBalances } from "../ledger/fold-balances.ts";
import { closeDays } from "../rating/close-days.ts";
import { tariffModel } from "../tariffs/tariff.model.ts";
import { announceEverything, announceSite, announceTariff } from "./announce.ts";
import { type Circuit, circuitModel } from "./circuit.model.ts";
import { expireCommands, handOverForgotten } from "./commands.ts";
import { doubtSilentSales, handOverForgottenSales } from "./deliveries.ts";
import { gatewayModel } from "./gateway.model.ts";
import { gatewayMessageModel } from "./gateway-message.model.ts";
import { gatewayMessagesOf } from "./gateway-messages.ts";
import { meteringContextsById } from "./metering-contexts.ts";
import { postStandingCharges } from "./standing-charges.ts";
import { tellNotices } from "./uplink/take-samples.ts";
import { watchGateways } from "./watch-gateways.ts";

/** Commands and presence are about seconds. Range 1–60 s. */
const WATCH_INTERVAL_MS = 5000;
/** Five past every full hour: midnight comes at another hour in each time zone, and on the half hour in some. */
const CLOSE_DAYS_PATTERN = "5,35 * * * *";
/** A gateway away for longer asks for everything anew. Range 1–30 days. */
const MESSAGES_KEPT_MS = 7 * 86_400_000;
/** New prices reach gateways that far after they hold at the latest. Range 10 s–10 min. */
const TARIFF_INTERVAL_MS = 30_000;

/** Behind the sweep that closes days. */
const STANDING_CHARGES_PATTERN = "10,40 * * * *";

export const networkSchedules: readonly Schedule[] = [
  { name: "close-days", pattern: CLOSE_DAYS_PATTERN, run: sweepDays },
  { name: "standing-charges", pattern: STANDING_CHARGES_PATTERN, run: chargeStanding },
];

/** What is about seconds and happens without a request. Several processes may do the same work; each step is done once. */
export function startNetworkJobs(deps: Deps): { stop(): Promise<void> } {
  const running = new Set<Promise<void>>();
  let stopped = false;
  const run = (name: string, work: () => Promise<unknown>) => {
    if (stopped) return;
    const done: Promise<void> = work()
      .then(() => undefined)
      .catch((error: unknown) => {
        if (!deps.stopping.aborted) deps.log.error({ err: error, job: name }, "job failed; it runs again");
      })
      .finally(() => running.delete(done));
    running.add(done);
  };
  const alone = (name: string, work: () => Promise<unknown>) => {
    let busy = false;
    return () => {
      if (busy) return;
      busy = true;
      run(name, () => work().finally(() => (busy = false)));
    };
  };

  run("catch-up", () => catchUp(deps));
  const watch = alone("watch", async () => {
    const now = deps.clock.now();
    await expireCommands(deps, now);
    await handOverForgotten(deps, now);
    await handOverForgottenSales(deps, now);
    await doubtSilentSales(deps, now);
    await watchGateways(deps, now);
  });
  const announceDue = alone("tariffs", tariffAnnouncer(deps));
  const stops = [
    deps.clock.every(WATCH_INTERVAL_MS, watch),
    deps.clock.every(TARIFF_INTERVAL_MS, announceDue),
    deps.changes.subscribe((change) => {
      if (change.resource === "sites") run("site", () => announceSite(deps, change.siteId));
    }),
  ];
  return {
    async stop() {
      stopped = true;
      for (const stop of stops) stop();
      await Promise.all(running);
    },
  };
}

/** What a crash may have left undone between two writes: caches, positions, configuration messages. */
export async function catchUp(deps: Deps): Promise<void> {
  const { connection } = deps;
  await healBalances(connection);
  for (const gatewayId of await gatewayModel(connection).distinct("_id"))
    await announceEverything(deps, gatewayId);
}

/** Closes days that are over, posts what is due, and forgets old messages. */
export async function sweepDays(deps: Deps): Promise<void> {
  const { connection, clock } = deps;
  const now = clock.now();
  const result = await closeDays(connection, (ids) => meteringContextsById(deps, ids), now);
  const circuitIds = [...new Set(result.notices.map((notice) => notice.circuitId))];
  const circuits = await circuitModel(connection)
    .find({ _id: { $in: circuitIds } })
    .lean<Circuit[]>();
  await tellNotices(deps, result.notices, new Map(circuits.map((circuit) => [circuit._id, circuit])));
  await gatewayMessagesOf(deps).sendCredit(result.postedHouseholdIds);
  await forgetMessages(deps, now);
}

async function chargeStanding(deps: Deps): Promise<void> {
  const charged = await postStandingCharges(deps.connection, deps.clock.now());
  await gatewayMessagesOf(deps).sendCredit(charged);
}

/** The newest of each gateway stays, because the next sequence follows from it. */
async function forgetMessages({ connection }: Deps, now: Date): Promise<void> {
  const model = gatewayMessageModel(connection);
  const before = new Date(now.getTime() - MESSAGES_KEPT_MS);
  for (const gatewayId of await gatewayModel(connection).distinct("_id")) {
    const newest = await model.findOne({ gatewayId }).sort({ sequence: -1 }).lean();
    if (newest)
      await model.deleteMany({ gatewayId, at: { $lt: before }, sequence: { $lt: newest.sequence } });
  }
}

/** Tells gateways of prices whose time has come since the last look; at the start `catchUp` has told all. */
function tariffAnnouncer(deps: Deps): () => Promise<void> {
  let seenUntil = deps.clock.now();
  return async () => {
    const now = deps.clock.now();
    const due = await tariffModel(deps.connection).distinct("_id", {
      versions: { $elemMatch: { effectiveFrom: { $gt: seenUntil, $lte: now } } },
    });
    for (const tariffId of due) await announceTariff(deps, tariffId);
    seenUntil = now;
  };
}
