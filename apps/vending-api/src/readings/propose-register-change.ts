import { createHash } from "node:crypto";
import type { Connection } from "mongoose";
import { type Alarm, alarmModel } from "../alarms/alarm.model.ts";
import { isDuplicateKey } from "../db/model.ts";
import { ApiError } from "../errors.ts";
import type { Circuit } from "../network/circuit.model.ts";
import { type CircuitMirror, circuitMirrorModel } from "../network/circuit-mirror.model.ts";
import type { Meter } from "../network/meter.model.ts";
import { readHead } from "../rating/change-head.ts";
import { type ReadingSource, type RegisterChange, registerChangeModel } from "./register-change.model.ts";

export interface ProposalRequest {
  by: { id: string; name: string };
  now: Date;
  idempotencyKey: string;
  requestHash: string;
}

/** Register values as a person typed them; what is absent is taken from what was read. */
export interface TypedRegisters {
  lastRegisterWh?: number | undefined;
  firstRegisterWh?: number | undefined;
}

interface Register {
  wh: number;
  source: ReadingSource;
}

/** Throws `wrong-state` where something was neither typed nor read. */
export async function swapOf(
  connection: Connection,
  { circuit, meter }: { circuit: Circuit; meter: Meter },
  swap: { serial: string; at: Date; reason: string; typed: TypedRegisters },
  request: ProposalRequest,
): Promise<RegisterChange> {
  const { at, typed } = swap;
  const told = await gatewayTold(connection, circuit);
  const last = typedOr(typed.lastRegisterWh, told.lastWh ?? (await chargedRegister(connection, circuit)));
  const first = typedOr(typed.firstRegisterWh, told.firstWh ?? (await shownSince(connection, circuit, at)));
  if (!last)
    throw new ApiError("wrong-state", `${circuit.name}: the old meter was never read; type its last`);
  if (!first)
    throw new ApiError("wrong-state", `${circuit.name}: the new meter was not read yet; type its first`);
  return {
    ...blank(circuit, request),
    kind: "swap",
    state: "applying",
    at,
    lastRegisterWh: last.wh,
    lastSource: last.source,
    firstRegisterWh: first.wh,
    firstSource: first.source,
    serials: { before: meter.serial, after: swap.serial },
    ratios: null,
    reason: swap.reason,
    decidedBy: request.by,
    decidedAt: request.now,
  };
}

/** `meterRegisterWh`: what the meter itself shows, before ratios: there the old ones end and the new ones begin. */
export function ratioChangeOf(
  circuit: Circuit,
  change: { ctRatio: number; ptRatio: number; meterRegisterWh: number; reason: string },
  request: ProposalRequest,
): RegisterChange {
  const { ctRatio, ptRatio, meterRegisterWh, reason } = change;
  return {
    ...blank(circuit, request),
    kind: "ratio",
    state: "proposed",
    at: request.now,
    lastRegisterWh: meterRegisterWh * circuit.ctRatio * circuit.ptRatio,
    lastSource: "typed",
    firstRegisterWh: meterRegisterWh * ctRatio * ptRatio,
    firstSource: "typed",
    serials: null,
    ratios: {
      before: { ctRatio: circuit.ctRatio, ptRatio: circuit.ptRatio },
      after: { ctRatio, ptRatio },
    },
    reason,
    decidedBy: null,
    decidedAt: null,
  };
}

/** The change as it was first asked for under this key. Throws `idempotency-key-reused`. */
export async function keepChange(connection: Connection, change: RegisterChange): Promise<RegisterChange> {
  const model = registerChangeModel(connection);
  try {
    await model.create(change);
    return change;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  const kept = await model.findById(change._id).lean<RegisterChange | null>();
  if (kept?.requestHash !== change.requestHash) throw new ApiError("idempotency-key-reused");
  return kept;
}

function blank(circuit: Circuit, { by, now, idempotencyKey, requestHash }: ProposalRequest) {
  const key = JSON.stringify([circuit._id, idempotencyKey]);
  return {
    _id: createHash("sha256").update(key).digest("hex").slice(0, 24),
    siteId: circuit.siteId,
    circuitId: circuit._id,
    meterId: circuit.meterId,
    proposedBy: by,
    proposedAt: now,
    requestHash,
  };
}

function typedOr(typedWh: number | undefined, readWh: number | undefined): Register | undefined {
  if (typedWh !== undefined) return { wh: typedWh, source: "typed" };
  return readWh === undefined ? undefined : { wh: readWh, source: "read" };
}

/** The gateway read the serial number and kept the registers on both sides of it. */
async function gatewayTold(
  connection: Connection,
  { siteId, _id }: Circuit,
): Promise<{ lastWh?: number | undefined; firstWh?: number | undefined }> {
  const alarm = await alarmModel(connection)
    .findOne({ siteId, standingKey: `meter-changed:${_id}` })
    .lean<Alarm | null>();
  const { lastWh, firstWh } = alarm?.params ?? {};
  return {
    lastWh: typeof lastWh === "number" ? lastWh : undefined,
    firstWh: typeof firstWh === "number" ? firstWh : undefined,
  };
}

async function chargedRegister(connection: Connection, { _id }: Circuit): Promise<number | undefined> {
  const head = await readHead(connection, _id);
  return head ? head.lastWh - head.offsetWh : undefined;
}

async function shownSince(connection: Connection, { _id }: Circuit, at: Date): Promise<number | undefined> {
  const mirror = await circuitMirrorModel(connection).findById(_id).lean<CircuitMirror | null>();
  return mirror?.sample && mirror.sampleAt >= at ? mirror.sample.energyWh : undefined;
}
