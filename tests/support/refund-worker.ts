import { pino } from "pino";
import { Registry } from "prom-client";
import { createChanges } from "../../apps/vending-api/src/changes/changes.ts";
import { systemClock } from "../../apps/vending-api/src/clock.ts";
import { connect } from "../../apps/vending-api/src/db/connection.ts";
import type { Deps } from "../../apps/vending-api/src/deps.ts";
import { runNextJob } from "../../apps/vending-api/src/jobs/run-job.ts";
import { healBalances } from "../../apps/vending-api/src/ledger/fold-balances.ts";
import { ledgerOf } from "../../apps/vending-api/src/ledger/ledger.ts";
import { loadProfiles } from "../../apps/vending-api/src/network/profiles.ts";
import { refundJob } from "../../apps/vending-api/src/refunds/refund-job.ts";

/** One API process that only works on refunds, from a given instant on: `refund-worker.ts URI INSTANT`. */
const [, , uri = "", startsAt = ""] = process.argv;
const aheadMs = Date.parse(startsAt) - Date.now();
const clock = { ...systemClock, now: () => new Date(Date.now() + aheadMs) };
const connection = await connect(uri);
const log = pino({ level: "silent" });
const stopping = new AbortController();
const deps: Deps = {
  connection,
  clock,
  log,
  secrets: { jwtSecret: "", sealingSecret: "" },
  publicUrl: () => "",
  profiles: loadProfiles(undefined),
  changes: createChanges({ connection, clock, log, stopping: stopping.signal }),
  metrics: new Registry(),
  stopping: stopping.signal,
};
// As every start of the API does: the one that was killed may have been behind with its rows.
await healBalances(connection);
while (await runNextJob(deps, [refundJob]));
stopping.abort();
await ledgerOf(connection).idle();
await connection.close();
