import { clearAlarm } from "../alarms/alarms.ts";
import { recordEvent } from "../alarms/events.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { announceConfig, announceCredit } from "../network/announce.ts";
import { type Circuit, circuitModel } from "../network/circuit.model.ts";
import { meterModel } from "../network/meter.model.ts";
import { meteringContexts } from "../network/metering-contexts.ts";
import type { Accrual } from "../rating/accrual.ts";
import { changeHead, readHead } from "../rating/change-head.ts";
import { chargeSamples } from "../rating/charge-samples.ts";
import { blockRegister, openRegister } from "../rating/register-change.ts";
import { type RegisterChange, registerChangeModel } from "./register-change.model.ts";
import { registerSample } from "./register-sample.ts";

/**
 * Charges the old register up to its last value and opens the new one at its first. Each step changes nothing the second time,
 * so that what a crash cut off is simply done again. Throws `wrong-state` when the circuit has been charged past the change,
 * or its last value cannot be true; then the old register goes on as before.
 */
export async function applyRegisterChange(deps: Deps, change: RegisterChange, now: Date): Promise<void> {
  const { connection } = deps;
  const circuit = await circuitModel(connection).findById(change.circuitId).lean<Circuit | null>();
  if (!circuit) throw new ApiError("not-found");
  const head = await readHead(connection, circuit._id);
  if (head && head.registerChangeId !== change._id) {
    assertPossible(head, change);
    await closeOldRegister(deps, circuit, head, change, now);
    await changeHead(connection, circuit._id, (current) => openAt(current, change));
  }
  await putInForce(deps, circuit, change);
  const { siteId } = circuit;
  for (const kind of ["register-suspect", "meter-changed"])
    await clearAlarm(deps, { siteId, key: `${kind}:${circuit._id}`, at: now });
  await recordEvent(deps, {
    id: `register-changed:${change._id}`,
    siteId,
    at: now,
    kind: change.kind === "swap" ? "meter-swapped" : "ratio-changed",
    subject: {
      circuitId: circuit._id,
      meterId: circuit.meterId,
      ...(circuit.householdId === null ? {} : { householdId: circuit.householdId }),
    },
    params: {
      by: (change.decidedBy ?? change.proposedBy).name,
      reason: change.reason,
      lastWh: change.lastRegisterWh,
      firstWh: change.firstRegisterWh,
    },
  });
  await registerChangeModel(connection).updateOne(
    { _id: change._id, state: "applying" },
    { $set: { state: "applied" } },
  );
  await announceConfig(deps, [circuit.gatewayId]);
  if (circuit.householdId !== null) await announceCredit(deps, [circuit.householdId]);
  deps.changes.publish({ resource: "register-changes", id: change._id, siteId });
}

/** What a crash left between the decision and its effect. */
export async function finishRegisterChanges(deps: Deps, now: Date): Promise<void> {
  const changes = await registerChangeModel(deps.connection)
    .find({ state: "applying" })
    .lean<RegisterChange[]>();
  for (const change of changes)
    await applyRegisterChange(deps, change, now).catch((error: unknown) =>
      deps.log.error({ err: error, registerChange: change._id }, "a register change cannot be applied"),
    );
}

/** Throws `wrong-state`. */
export function assertPossible(head: Accrual, { at, lastRegisterWh }: RegisterChange): void {
  const registerWh = head.lastWh - head.offsetWh;
  if (lastRegisterWh < registerWh)
    throw new ApiError("wrong-state", `${registerWh} Wh of this register are charged already`);
  if (head.lastAt >= at && lastRegisterWh !== registerWh)
    throw new ApiError("wrong-state", `The register has been charged up to ${head.lastAt.toISOString()}`);
}

/** Nothing of the new register may be charged to the old one meanwhile, so it is blocked first. */
async function closeOldRegister(
  deps: Deps,
  circuit: Circuit,
  head: Accrual,
  change: RegisterChange,
  now: Date,
): Promise<void> {
  const { connection } = deps;
  const { at, lastRegisterWh } = change;
  const isOpened = (current: Accrual) => current.registerChangeId === change._id;
  const blocked = await changeHead(connection, circuit._id, (current) =>
    isOpened(current)
      ? current
      : blockRegister({ ...current, suspect: null }, Math.max(at.getTime(), current.lastAt.getTime() + 1)),
  );
  const [context] = await meteringContexts(deps, [circuit]);
  if (!context || at <= head.lastAt) return;
  const closing = registerSample(circuit._id, new Date(at.getTime() - 1), lastRegisterWh, head.lastRelay);
  await chargeSamples(connection, [{ context, samples: [closing] }], now);
  const closed = await readHead(connection, circuit._id);
  // Another request with the same change may have opened the new one already.
  if (closed && (isOpened(closed) || closed.lastWh - closed.offsetWh === lastRegisterWh)) return;
  await changeHead(connection, circuit._id, (current) => ({
    ...current,
    suspect: blocked?.before.suspect ?? null,
  }));
  throw new ApiError("wrong-state", "The last register value is more than can have been used since");
}

function openAt(head: Accrual, change: RegisterChange): Accrual {
  return head.registerChangeId === change._id
    ? head
    : openRegister(head, { id: change._id, firstRegisterWh: change.firstRegisterWh });
}

async function putInForce({ connection }: Deps, circuit: Circuit, change: RegisterChange): Promise<void> {
  const { ratios, serials, at } = change;
  if (ratios) await circuitModel(connection).updateOne({ _id: circuit._id }, { $set: ratios.after });
  if (!serials) return;
  await meterModel(connection).updateOne({ _id: circuit.meterId }, { $set: { serial: serials.after } });
  // The gateway counts a meter that it does not know once its circuit is commissioned anew.
  await circuitModel(connection).updateOne({ _id: circuit._id }, { $set: { commissionedAt: at } });
}
