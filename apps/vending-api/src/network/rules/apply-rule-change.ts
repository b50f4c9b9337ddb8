import { recordAudit } from "../../audit/audit.ts";
import { isDuplicateKey } from "../../db/model.ts";
import type { Deps } from "../../deps.ts";
import { ApiError } from "../../errors.ts";
import { announceConfig, announceCredit } from "../announce.ts";
import { type Circuit, circuitModel } from "../circuit.model.ts";
import { type RuleChange, ruleChangeModel } from "./rule-change.model.ts";
import { isSame } from "./rule-changes.ts";

/**
 * Writes the change down, then its circuits. Whoever asks again under the same key, after a crash too, completes the same change.
 * Throws `idempotency-key-reused`, `wrong-state` for a change that was taken back before.
 */
export async function carryOut(
  deps: Deps,
  wanted: RuleChange,
  request: { readonly id: string; readonly caller: { id: string }; readonly now: Date } & Parameters<
    typeof recordAudit
  >[1]["request"],
): Promise<{ change: RuleChange; done: string[]; failed: string[] }> {
  const { change, isNew } = await writeDown(deps, wanted);
  const outcome = await writeCircuits(deps, change);
  if (isNew)
    await recordAudit(deps, {
      request,
      siteId: change.siteId,
      action: change.undoOf === undefined ? "rules.change" : "rules.undo",
      subject: { resource: "rule-changes", id: change._id },
      after: {
        changes: change.changes,
        undoOf: change.undoOf ?? null,
        circuitIds: outcome.done,
        failed: outcome.failed,
      },
      reason: change.reason,
    });
  deps.changes.publish({ resource: "rule-changes", id: change._id, siteId: change.siteId });
  return { change, ...outcome };
}

async function writeDown(
  { connection }: Pick<Deps, "connection">,
  wanted: RuleChange,
): Promise<{ change: RuleChange; isNew: boolean }> {
  const model = ruleChangeModel(connection);
  try {
    await model.create(wanted);
    return { change: wanted, isNew: true };
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const { siteId, idempotencyKey, requestHash } = wanted;
    const first = await model.findOne({ siteId, idempotencyKey }).lean<RuleChange | null>();
    if (first === null) throw new ApiError("wrong-state", "This change was taken back before");
    if (first.requestHash !== requestHash) throw new ApiError("idempotency-key-reused");
    return { change: first, isNew: false };
  }
}

/** A circuit whose rules were changed meanwhile keeps them. */
async function writeCircuits(
  deps: Deps,
  { circuits }: RuleChange,
): Promise<{ done: string[]; failed: string[] }> {
  const model = circuitModel(deps.connection);
  const rows = await model
    .find({ _id: { $in: circuits.map(({ circuitId }) => circuitId) } })
    .lean<Circuit[]>();
  const byId = new Map(rows.map((row) => [row._id, row]));
  const done: Circuit[] = [];
  const failed: string[] = [];
  for (const { circuitId, before, after } of circuits) {
    const row = byId.get(circuitId);
    if (row === undefined || !(isSame(row.rules, before) || isSame(row.rules, after))) failed.push(circuitId);
    else done.push(row);
  }
  const afterOf = new Map(circuits.map(({ circuitId, after }) => [circuitId, after]));
  const writes = done.flatMap((row) => {
    const rules = afterOf.get(row._id);
    return rules === undefined
      ? []
      : [{ updateOne: { filter: { _id: row._id }, update: { $set: { rules } } } }];
  });
  if (writes.length > 0) await model.bulkWrite(writes);
  for (const { _id, siteId, householdId } of done)
    deps.changes.publish({ resource: "circuits", id: _id, siteId, ...(householdId ? { householdId } : {}) });
  await announceConfig(
    deps,
    done.map(({ gatewayId }) => gatewayId),
  );
  await announceCredit(
    deps,
    done.flatMap(({ householdId }) => householdId ?? []),
  );
  return { done: done.map(({ _id }) => _id), failed };
}
