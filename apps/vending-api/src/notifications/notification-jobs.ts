import type { NetworkNames } from "../alarms/subject-names.ts";
import type { Deps } from "../deps.ts";
import { findAlarmCauses } from "./alarm-causes.ts";
import { deliverDue } from "./deliver.ts";
import { fanOut } from "./fan-out.ts";
import { emptyLedgerMemory, findLedgerCauses } from "./ledger-causes.ts";
import type { Outgoing } from "./outgoing.ts";
import { findPowerCauses } from "./power-causes.ts";

/**
 * What changed is looked at this soon, all that changed in between together. Range 0.25–10 s: the longer, the larger the piece of
 * work that a busy desk then has before it.
 */
const LOOK_INTERVAL_MS = 500;
/** For what a crash cut off, what quiet hours held back, and failures whose wait is over. Range 5–60 s. */
const CATCH_UP_INTERVAL_MS = 10_000;

const SOURCES: ReadonlySet<string> = new Set([
  "households",
  "purchases",
  "alarms",
  "circuits",
  "notifications",
  "webhooks",
]);

/** Finds what is worth a message, and sends it. Every step is done once, whichever process does it. */
export function startNotifications(
  deps: Deps,
  { names, outgoing }: { names: NetworkNames; outgoing: Outgoing },
): { stop(): Promise<void> } {
  const steps = notificationSteps(deps, names, outgoing);
  const send = alone(deps, "send-notifications", steps.send);
  const find = alone(deps, "find-notices", async () => {
    await steps.find();
    send.run();
  });
  let isHinted = false;
  const look = () => {
    isHinted = false;
    find.run();
  };
  look();
  const stops = [
    deps.clock.every(LOOK_INTERVAL_MS, () => {
      if (isHinted) look();
    }),
    deps.clock.every(CATCH_UP_INTERVAL_MS, look),
    deps.changes.subscribe(({ resource }) => {
      isHinted ||= SOURCES.has(resource);
    }),
  ];
  return {
    async stop() {
      for (const stop of stops) stop();
      await Promise.all([find.idle(), send.idle()]);
    },
  };
}

/** What one look does: find causes and their recipients; send what is due. A receiver that hangs holds up no look. */
export function notificationSteps(deps: Deps, names: NetworkNames, outgoing: Outgoing) {
  const { connection, clock } = deps;
  const memory = emptyLedgerMemory();
  return {
    async find(): Promise<void> {
      await findLedgerCauses(connection, memory, clock.now().getTime());
      await findAlarmCauses(connection, names);
      await findPowerCauses(connection);
      await fanOut(deps, outgoing.sendMail !== null);
    },
    send: (): Promise<void> => deliverDue(deps, outgoing),
  };
}

/** Work that runs once at a time; asked for meanwhile, it runs once more. */
function alone(deps: Deps, job: string, work: () => Promise<void>) {
  let running: Promise<void> | null = null;
  let isAskedAgain = false;
  const run = () => {
    if (deps.stopping.aborted) return;
    isAskedAgain = running !== null;
    running ??= work()
      .catch((error: unknown) => {
        if (!deps.stopping.aborted) deps.log.error({ err: error, job }, "job failed; it runs again");
      })
      .finally(() => {
        running = null;
        if (isAskedAgain) run();
      });
  };
  return { run, idle: async () => void (await running) };
}
