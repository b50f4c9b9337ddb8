import { circuitConfigSchema, idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ApiError, isApiError } from "../errors.ts";
import { type PersonCaller, READERS, siteScope } from "../http/access.ts";
import { created, ok, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, type RouteRequest, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { type Circuit, circuitModel } from "../network/circuit.model.ts";
import { meterModel } from "../network/meter.model.ts";
import { readHead } from "../rating/change-head.ts";
import { applyRegisterChange, assertPossible } from "./apply-register-change.ts";
import { keepChange, type ProposalRequest, ratioChangeOf, swapOf } from "./propose-register-change.ts";
import {
  READING_SOURCES,
  REGISTER_CHANGE_KINDS,
  REGISTER_CHANGE_STATES,
  type RegisterChange,
  registerChangeModel,
} from "./register-change.model.ts";

const TAG = "Readings";
/** Those who stand before the meter. */
const METER_HANDS = { roles: ["administrator", "maintenance"] } as const;
const { ctRatio, ptRatio } = circuitConfigSchema.shape;
const registerField = z.int().nonnegative();
const reasonField = z.string().trim().min(1).max(200);
const ratiosAnswer = z.object({ ctRatio: z.int(), ptRatio: z.int() });

const registerChangeAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    circuitId: idSchema,
    meterId: idSchema,
    kind: z.enum(REGISTER_CHANGE_KINDS),
    state: z.enum(REGISTER_CHANGE_STATES),
    at: instantSchema,
    lastRegisterWh: z.int().meta({ description: "The old register at its end, after ratios." }),
    firstRegisterWh: z.int().meta({ description: "The new register at its beginning, after ratios." }),
    lastSource: z.enum(READING_SOURCES),
    firstSource: z.enum(READING_SOURCES),
    serials: z.object({ before: z.string(), after: z.string() }).nullable(),
    ratios: z.object({ before: ratiosAnswer, after: ratiosAnswer }).nullable(),
    reason: z.string(),
    proposedBy: z.string(),
    proposedAt: instantSchema,
    decidedBy: z.string().nullable(),
    decidedAt: instantSchema.nullable(),
  })
  .meta({ id: "RegisterChange" });

const registerChangeList = listQuery({
  sort: ["at"],
  defaultSort: ["at", "DESC"],
  filter: {
    siteId: oneOrMany(idSchema).optional(),
    circuitId: oneOrMany(idSchema).optional(),
    meterId: oneOrMany(idSchema).optional(),
    kind: oneOrMany(z.enum(REGISTER_CHANGE_KINDS)).optional(),
    state: oneOrMany(z.enum(REGISTER_CHANGE_STATES)).optional(),
  },
});

const swapBody = z.strictObject({
  serial: z.string().trim().min(1).max(40),
  at: instantSchema.optional().meta({ description: "When the new meter was connected; default now." }),
  reason: reasonField,
  circuits: z
    .array(
      z.strictObject({
        circuitId: idSchema,
        lastRegisterWh: registerField.optional(),
        firstRegisterWh: registerField.optional(),
      }),
    )
    .min(1)
    .max(100)
    .meta({ description: "Every circuit of the meter. A register that is absent is taken as it was read." }),
});

export function registerChangeRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const model = registerChangeModel(connection);

  const audit = (
    request: RouteRequest<unknown, unknown, unknown, PersonCaller, unknown>,
    change: RegisterChange,
    what: string,
    before?: object,
  ) =>
    recordAudit(deps, {
      request,
      siteId: change.siteId,
      action: `register-changes.${what}`,
      subject: { resource: "register-changes", id: change._id },
      before,
      after: present(change),
      reason: change.reason,
    });

  /** What cannot be true stays undone, and is not tried again. */
  const applyOrWithdraw = async (change: RegisterChange, now: Date): Promise<void> => {
    try {
      await applyRegisterChange(deps, change, now);
    } catch (error) {
      if (isApiError(error, "wrong-state"))
        await model.updateOne({ _id: change._id, state: "applying" }, { $set: { state: "withdrawn" } });
      throw error;
    }
  };

  /** One way; undefined when it stood elsewhere. */
  const move = (
    { _id }: RegisterChange,
    state: "applying" | "withdrawn",
    set: Partial<RegisterChange>,
  ): Promise<RegisterChange | null> =>
    model
      .findOneAndUpdate({ _id, state: "proposed" }, { $set: { state, ...set } }, { returnDocument: "after" })
      .lean<RegisterChange | null>();

  return [
    route({
      method: "get",
      path: "/register-changes",
      tag: TAG,
      summary: "Meter swaps and changes of ratios, newest first",
      access: { roles: READERS },
      query: registerChangeList,
      answers: { 200: pageOf(registerChangeAnswer) },
      handle: ({ caller, query }) =>
        readPage(model, query, { $and: [siteScope(caller), equalityConditions(query.filter)] }, present),
    }),
    route({
      method: "post",
      path: "/meters/:id/swap",
      tag: TAG,
      summary: "Another meter hangs there: the old registers end, the new ones begin",
      description: "No difference is ever made across two serial numbers.",
      access: METER_HANDS,
      idempotencyKey: "required",
      body: swapBody,
      answers: { 201: z.array(registerChangeAnswer) },
      problems: ["wrong-state", "idempotency-key-reused", "reference-unknown"],
      async handle(request) {
        const { body, caller, now } = request;
        const meter = await findVisible(meterModel(connection), request.params.id, caller);
        const at = body.at === undefined ? now : new Date(body.at);
        if (at > now) throw mistaken("at", "Lies in the future");
        const circuits = await circuitsNamed(deps, meter._id, body.circuits);
        const asked = proposalOf(request);
        const changes: RegisterChange[] = [];
        for (const { circuit, typed } of circuits) {
          const swap = { serial: body.serial, at, reason: body.reason, typed };
          const change = await swapOf(connection, { circuit, meter }, swap, asked);
          const head = await readHead(connection, circuit._id);
          if (head && head.registerChangeId !== change._id) assertPossible(head, change);
          changes.push(change);
        }
        const done: RegisterChange[] = [];
        for (const proposed of changes) {
          const change = await keepChange(connection, proposed);
          if (change.state === "withdrawn") throw new ApiError("wrong-state", "It could not be applied");
          if (change.state === "applying") {
            await applyOrWithdraw(change, now);
            await audit(request, { ...change, state: "applied" }, "swap", { serial: meter.serial });
          }
          done.push({ ...change, state: "applied" });
        }
        return created(done.map(present));
      },
    }),
    route({
      method: "post",
      path: "/circuits/:id/ratio-changes",
      tag: TAG,
      summary: "Propose other transformer ratios, from a register value on",
      description:
        "In force once a second person approves. The meter must stand at that register until then.",
      access: METER_HANDS,
      idempotencyKey: "required",
      body: z.strictObject({
        ctRatio,
        ptRatio,
        meterRegisterWh: registerField
          .max(1e12)
          .meta({ description: "What the meter shows, before ratios." }),
        reason: reasonField,
      }),
      answers: { 201: registerChangeAnswer },
      problems: ["idempotency-key-reused"],
      async handle(request) {
        const circuit = await findVisible(circuitModel(connection), request.params.id, request.caller);
        const change = await keepChange(
          connection,
          ratioChangeOf(circuit, request.body, proposalOf(request)),
        );
        await audit(request, change, "propose");
        deps.changes.publish({ resource: "register-changes", id: change._id, siteId: change.siteId });
        return created(present(change));
      },
    }),
    route({
      method: "post",
      path: "/register-changes/:id/approve",
      tag: TAG,
      summary: "Put a proposed change of ratios in force, as a second person",
      access: METER_HANDS,
      idempotencyKey: "required",
      answers: { 200: registerChangeAnswer },
      problems: ["wrong-state", "forbidden"],
      async handle(request) {
        const { caller, now } = request;
        const change = await findVisible(model, request.params.id, caller);
        if (caller.id === change.proposedBy.id)
          throw new ApiError("forbidden", "A second person has to approve");
        if (change.state === "applied") return ok(present(change));
        const head = await readHead(connection, change.circuitId);
        const inForce = { ...change, at: now };
        if (head && head.registerChangeId !== change._id) assertPossible(head, inForce);
        const by = { id: caller.id, name: caller.name };
        const approved =
          change.state === "applying"
            ? change
            : await move(change, "applying", { at: now, decidedBy: by, decidedAt: now });
        if (!approved) throw new ApiError("wrong-state");
        await applyOrWithdraw(approved, now);
        const applied: RegisterChange = { ...approved, state: "applied" };
        await audit(request, applied, "approve", present(change));
        return ok(present(applied));
      },
    }),
    route({
      method: "post",
      path: "/register-changes/:id/withdraw",
      tag: TAG,
      summary: "Take back what was proposed",
      access: METER_HANDS,
      answers: { 200: registerChangeAnswer },
      problems: ["wrong-state"],
      async handle(request) {
        const { caller, now } = request;
        const change = await findVisible(model, request.params.id, caller);
        if (change.state === "withdrawn") return ok(present(change));
        const by = { id: caller.id, name: caller.name };
        const withdrawn = await move(change, "withdrawn", { decidedBy: by, decidedAt: now });
        if (!withdrawn) throw new ApiError("wrong-state");
        await audit(request, withdrawn, "withdraw", present(change));
        return ok(present(withdrawn));
      },
    }),
  ];
}

function proposalOf({
  caller,
  now,
  idempotencyKey,
  requestHash,
}: RouteRequest<unknown, unknown, unknown, PersonCaller, string>): ProposalRequest {
  return { by: { id: caller.id, name: caller.name }, now, idempotencyKey, requestHash };
}

/** Throws `reference-unknown` where a circuit is not the meter's, `invalid-body` where one of the meter's is missing. */
async function circuitsNamed(
  { connection }: Deps,
  meterId: string,
  named: z.infer<typeof swapBody>["circuits"],
) {
  const own = await circuitModel(connection).find({ meterId }).lean<Circuit[]>();
  const typedOf = new Map(named.map(({ circuitId, ...typed }) => [circuitId, typed]));
  const stranger = named.findIndex(({ circuitId }) => !own.some(({ _id }) => _id === circuitId));
  if (stranger >= 0) {
    const path = `circuits.${stranger}.circuitId`;
    const message = "The meter has no such circuit";
    throw new ApiError("reference-unknown", message, { errors: [{ path, code: "unknown", message }] });
  }
  return own.map((circuit) => {
    const typed = typedOf.get(circuit._id);
    if (!typed) throw mistaken("circuits", `${circuit.name} is missing`);
    return { circuit, typed };
  });
}

function mistaken(path: string, message: string): ApiError {
  return new ApiError("invalid-body", message, { errors: [{ path, code: "refused", message }] });
}

function present(change: RegisterChange): z.input<typeof registerChangeAnswer> {
  const { _id: id, requestHash: _, at, proposedBy, proposedAt, decidedBy, decidedAt, ...fields } = change;
  return {
    id,
    ...fields,
    at: at.toISOString(),
    proposedBy: proposedBy.name,
    proposedAt: proposedAt.toISOString(),
    decidedBy: decidedBy?.name ?? null,
    decidedAt: decidedAt?.toISOString() ?? null,
  };
}
