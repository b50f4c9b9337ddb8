import { ALARM_KINDS, type AlarmKind, type Sample } from "@hallmeter/meter-model";
import { clearAlarm, raiseAlarm } from "../../alarms/alarms.ts";
import { groupBy } from "../../db/group-by.ts";
import type { Deps } from "../../deps.ts";
import { chargeSamples } from "../../rating/charge-samples.ts";
import type { MeteringNotice } from "../../rating/next-step.ts";
import type { Circuit } from "../circuit.model.ts";
import { gatewayMessagesOf } from "../gateway-messages.ts";
import { areContextsTrue, meteringContexts } from "../metering-contexts.ts";
import { FAIL_OFF_MS } from "./compare-clock.ts";
import { type MirrorWrite, mirrorAll } from "./take-states.ts";

/** Charges the samples and shows the newest of each circuit. */
export async function takeSamples(
  deps: Deps,
  samples: readonly Sample[],
  circuits: ReadonlyMap<string, Circuit>,
): Promise<void> {
  if (samples.length === 0) return;
  const { connection, clock, changes } = deps;
  const byCircuit = groupBy(samples, (sample) => sample.circuitId);
  const sampled = [...byCircuit.keys()].flatMap((id) => circuits.get(id) ?? []);
  const contexts = await meteringContexts(deps, sampled);
  const result = await chargeSamples(
    connection,
    contexts.map((context) => ({ context, samples: byCircuit.get(context.circuitId) ?? [] })),
    clock.now(),
    { areTrue: (told) => areContextsTrue(connection, told) },
  );
  await tellNotices(deps, result.notices, circuits);
  await mirrorAll(
    connection,
    circuits,
    [...byCircuit].map(([circuitId, own]) => {
      const sample = newestOf(own);
      const sampleAt = new Date(sample.at);
      return { circuitId, ifOlder: olderThan(sampleAt, clock.now()), set: { sample, sampleAt } };
    }),
  );
  await gatewayMessagesOf(deps).sendCredit(result.postedHouseholdIds);
  for (const { siteId, householdId } of sampled)
    if (householdId !== null && result.postedHouseholdIds.has(householdId))
      changes.publish({ resource: "households", id: householdId, siteId, householdId });
}

/** What was dated ahead by a wrong clock would hide what is measured until that time has come: it is as old as anything. */
function olderThan(sampleAt: Date, now: Date): MirrorWrite["ifOlder"] {
  const aheadOfTime = new Date(now.getTime() + FAIL_OFF_MS);
  const isOlder = { sampleAt: { $lt: sampleAt } };
  return sampleAt > aheadOfTime ? isOlder : { $or: [isOlder, { sampleAt: { $gt: aheadOfTime } }] };
}

function newestOf(samples: readonly Sample[]): Sample {
  return samples.reduce((newest, sample) =>
    Date.parse(sample.at) > Date.parse(newest.at) ? sample : newest,
  );
}

/** A register that cannot be charged asks for a person, until it can again. */
export async function tellNotices(
  deps: Deps,
  notices: readonly MeteringNotice[],
  circuits: ReadonlyMap<string, Circuit>,
): Promise<void> {
  for (const notice of notices) {
    const circuit = circuits.get(notice.circuitId);
    const told = circuit && conditionOf(notice);
    if (!told) continue;
    const { siteId, meterId, busId, householdId } = circuit;
    const { kind, params } = told;
    const condition = { siteId, key: `${kind}:${notice.circuitId}`, at: notice.at };
    if (told.state === "cleared") {
      await clearAlarm(deps, condition);
      continue;
    }
    await raiseAlarm(deps, {
      ...condition,
      kind,
      severity: ALARM_KINDS[kind].severity,
      subject: {
        circuitId: notice.circuitId,
        meterId,
        busId,
        ...(householdId === null ? {} : { householdId }),
      },
      params,
    });
  }
}

interface Condition {
  kind: AlarmKind;
  state: "raised" | "cleared";
  params: Record<string, string | number>;
}

function conditionOf(notice: MeteringNotice): Condition | undefined {
  switch (notice.kind) {
    case "settled":
      return { kind: "register-suspect", state: "cleared", params: {} };
    case "suspect": {
      const { reason, readingWh, lastWh } = notice;
      // The gateway has already told of what it marked itself.
      if (reason === "flagged") return undefined;
      return { kind: "register-suspect", state: "raised", params: { reason, readingWh, lastWh } };
    }
    case "held":
      return { kind: "use-held", state: "raised", params: { reason: notice.reason, wh: notice.wh } };
    case "watch":
      return { kind: notice.alarm, state: notice.state, params: notice.params };
  }
}
