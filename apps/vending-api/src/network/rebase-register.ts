import { clearAlarm } from "../alarms/alarms.ts";
import { recordEvent } from "../alarms/events.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { actorOf, type PersonCaller } from "../http/access.ts";
import { type Accrual, rebaseAccrual } from "../rating/accrual.ts";
import { changeHead } from "../rating/change-head.ts";
import { announceCredit } from "./announce.ts";
import type { Circuit } from "./circuit.model.ts";

/**
 * A person's word that the register may go on from where it now stands; the difference is charged to nobody. Throws
 * `wrong-state` when no register is held back.
 */
export async function rebaseRegister(
  deps: Deps,
  circuit: Circuit,
  request: { caller: PersonCaller; id: string; now: Date; reason: string },
): Promise<{ before: Accrual; after: Accrual }> {
  const { connection } = deps;
  const { siteId, _id: circuitId, householdId } = circuit;
  const changed = await changeHead(connection, circuitId, (head) => {
    const rebased = rebaseAccrual(head);
    if (!rebased) throw new ApiError("wrong-state", "No register of this circuit is held back");
    return rebased;
  });
  if (!changed) throw new ApiError("wrong-state", "No register of this circuit is held back");
  const { before, after } = changed;
  const { now, reason } = request;
  await clearAlarm(deps, { siteId, key: `register-suspect:${circuitId}`, at: now });
  await recordEvent(deps, {
    id: `register-rebased:${request.id}`,
    siteId,
    at: now,
    kind: "register-rebased",
    subject: { circuitId, ...(householdId === null ? {} : { householdId }) },
    params: { by: actorOf(request.caller).name, reason, lastWh: before.lastWh, offsetWh: after.offsetWh },
  });
  if (householdId !== null) await announceCredit(deps, [householdId]);
  return { before, after };
}
