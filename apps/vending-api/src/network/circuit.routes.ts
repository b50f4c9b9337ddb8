import {
  circuitConfigSchema,
  circuitRulesSchema,
  creditPlaceSchema,
  holdsSaleableCredit,
  idSchema,
  instantSchema,
  meterAccessSchema,
  parameterMistakes,
} from "@hallmeter/meter-model";
import { z } from "zod";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { hasRole, READERS, STAFF } from "../http/access.ts";
import { equalityConditions, listQuery, oneOrMany } from "../http/list-query.ts";
import type { Route } from "../http/route.ts";
import { editableRoutes, type Write } from "../places/editable-resource.ts";
import { householdModel } from "../places/household.model.ts";
import { findReferenced, unknownReference } from "../places/reference.ts";
import { nameField } from "../places/site-fields.ts";
import { accrualModel } from "../rating/accrual.model.ts";
import { announceConfig, announceCredit } from "./announce.ts";
import { busModel } from "./bus.model.ts";
import { type AddressSpan, addressMistake } from "./bus-address.ts";
import { type Circuit, circuitModel } from "./circuit.model.ts";
import { blankMirror, circuitMirrorModel } from "./circuit-mirror.model.ts";
import { creditCircuitOf } from "./credit-circuit.ts";
import { type Meter, meterModel } from "./meter.model.ts";
import { circuitAnswer, presentCircuits } from "./present-circuit.ts";
import { variantOf } from "./profiles.ts";

const { ctRatio, loop, parameters, ptRatio, switchRatingCa, unitId } = circuitConfigSchema.shape;
/** What decides what is measured and switched: for those who stand before the meter. */
const wiringFields = {
  ctRatio,
  ptRatio,
  switchRatingCa,
  commissionedAt: instantSchema.nullable(),
  hasSecondSource: z.boolean(),
  feederId: idSchema.nullable(),
  creditPlace: creditPlaceSchema,
  parameters: parameters.unwrap(),
  access: meterAccessSchema.nullable(),
};
const useFields = {
  name: nameField,
  householdId: idSchema.nullable(),
  keepPower: z.boolean(),
  rules: circuitRulesSchema,
};
/** A circuit's outlet in a dormitory room: 60 A, 0.01 A. */
const DEFAULT_SWITCH_RATING_CA = 6000;

export function circuitRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const model = circuitModel(connection);

  const assertHousehold = async (householdId: string | null | undefined, siteId: string, write: Write) => {
    if (householdId == null) return;
    const household = await findReferenced(
      householdModel(connection),
      householdId,
      write.caller,
      "householdId",
    );
    if (household.siteId !== siteId) throw unknownReference("householdId");
    if (household.status === "closed") throw new ApiError("household-closed");
  };

  const assertFeeder = async (
    feederId: string | null | undefined,
    circuit: { _id: string | null; siteId: string },
    write: Write,
  ) => {
    if (feederId == null) return;
    const feeder = await findReferenced(model, feederId, write.caller, "feederId");
    if (feeder.siteId !== circuit.siteId || feeder._id === circuit._id) throw unknownReference("feederId");
  };

  return editableRoutes(deps, {
    name: "circuits",
    one: "circuit",
    tag: "Network",
    read: READERS,
    write: STAFF,
    model,
    list: listQuery({
      sort: ["name", "unitAddress"],
      filter: {
        siteId: oneOrMany(idSchema).optional(),
        gatewayId: oneOrMany(idSchema).optional(),
        busId: oneOrMany(idSchema).optional(),
        meterId: oneOrMany(idSchema).optional(),
        householdId: oneOrMany(idSchema).nullable().optional(),
      },
    }),
    condition: equalityConditions,
    answer: circuitAnswer,
    present: (rows) => presentCircuits(connection, rows),
    newFields: z.strictObject({
      meterId: idSchema,
      variant: z.string(),
      unitAddress: unitId,
      loop: loop.unwrap().default(1),
      ctRatio: ctRatio.default(1),
      ptRatio: ptRatio.default(1),
      switchRatingCa: switchRatingCa.default(DEFAULT_SWITCH_RATING_CA),
      commissionedAt: wiringFields.commissionedAt.default(null),
      hasSecondSource: wiringFields.hasSecondSource.default(false),
      feederId: wiringFields.feederId.default(null),
      creditPlace: creditPlaceSchema.default("server"),
      parameters: wiringFields.parameters.default({}),
      access: wiringFields.access.default(null),
      name: useFields.name,
      householdId: useFields.householdId.default(null),
      keepPower: useFields.keepPower.default(false),
      rules: useFields.rules.default({}),
    }),
    async newRow(body, write): Promise<Circuit> {
      assertMayWire(write);
      const meter = await findReferenced(meterModel(connection), body.meterId, write.caller, "meterId");
      const bus = await findReferenced(busModel(connection), meter.busId, write.caller, "meterId");
      await assertHousehold(body.householdId, meter.siteId, write);
      await assertAddress(deps, meter, body);
      await assertFeeder(body.feederId, { _id: null, siteId: meter.siteId }, write);
      await assertMeterTakes(deps, { _id: null, profile: meter.profile, ...body });
      return {
        _id: newId(),
        siteId: meter.siteId,
        gatewayId: bus.gatewayId,
        busId: meter.busId,
        profile: meter.profile,
        ...body,
        commissionedAt: instantOrNull(body.commissionedAt),
      };
    },
    patchFields: z.strictObject({ ...wiringFields, ...useFields }).partial(),
    async patch(row, body, write): Promise<Partial<Circuit>> {
      if (Object.keys(wiringFields).some((field) => field in body)) assertMayWire(write);
      await assertHousehold(body.householdId, row.siteId, write);
      await assertMeterTakes(deps, { ...row, ...body });
      await assertRatiosFree(deps, row, body);
      await assertFeeder(body.feederId, row, write);
      const { commissionedAt, ...fields } = body;
      return commissionedAt === undefined
        ? fields
        : { ...fields, commissionedAt: instantOrNull(commissionedAt) };
    },
    async written(row) {
      const { _id, ...blank } = blankMirror(row);
      await circuitMirrorModel(connection).updateOne({ _id }, { $setOnInsert: blank }, { upsert: true });
      await announceConfig(deps, [row.gatewayId]);
      if (row.householdId !== null) await announceCredit(deps, [row.householdId]);
    },
    async assertUnused(row) {
      if (await accrualModel(connection).exists({ circuitId: row._id }))
        throw new ApiError("still-in-use", "The circuit was metered; its history stays");
    },
    householdIdOf: (row) => row.householdId ?? undefined,
    duplicate: { code: "address-taken", path: "unitAddress", message: "Another circuit has this address" },
    problems: ["address-invalid", "address-taken", "household-closed", "wrong-state"],
  });
}

function assertMayWire({ caller }: Write): void {
  if (!hasRole(caller, "administrator", "maintenance"))
    throw new ApiError("forbidden", "Only maintenance changes how a circuit is wired");
}

/** Another ratio makes another register of what was metered: that takes two persons and a reading. Throws `wrong-state`. */
async function assertRatiosFree(
  { connection }: Pick<Deps, "connection">,
  row: Circuit,
  { ctRatio: ct = row.ctRatio, ptRatio: pt = row.ptRatio }: { ctRatio?: number; ptRatio?: number },
): Promise<void> {
  if (ct === row.ctRatio && pt === row.ptRatio) return;
  if (await accrualModel(connection).exists({ circuitId: row._id }))
    throw new ApiError("wrong-state", "The circuit was metered: propose a change of its ratios");
}

function mistaken(path: string, message: string): ApiError {
  return new ApiError("invalid-body", message, { errors: [{ path, code: "not-supported", message }] });
}

/** Throws `invalid-body` where the meter has no such parameter, or cannot hold the credit. */
async function assertMeterTakes(
  { connection, profiles }: Pick<Deps, "connection" | "profiles">,
  circuit: Pick<Circuit, "profile" | "variant" | "householdId" | "creditPlace" | "parameters"> & {
    _id: string | null;
  },
): Promise<void> {
  const variant = variantOf(profiles, circuit.profile, circuit.variant);
  if (!variant) throw unknownReference("variant");
  const [mistake] = parameterMistakes(variant, circuit.parameters ?? {});
  if (mistake) throw mistaken(`parameters.${mistake.name}`, mistake.message);
  if (circuit.creditPlace !== "meter") return;
  if (!holdsSaleableCredit(variant))
    throw mistaken("creditPlace", "This meter cannot be credited through its bus");
  const other = circuit.householdId && (await creditCircuitOf(connection, circuit.householdId));
  if (other && other._id !== circuit._id)
    throw mistaken("creditPlace", `The household's credit lives in the meter of ${other.name}`);
}

function instantOrNull(instant: string | null): Date | null {
  return instant === null ? null : new Date(instant);
}

/** Throws `reference-unknown`, `address-invalid` or `address-taken`. */
async function assertAddress(
  { connection, profiles }: Pick<Deps, "connection" | "profiles">,
  meter: Meter,
  circuit: Pick<Circuit, "name" | "variant" | "unitAddress" | "loop">,
): Promise<void> {
  const variant = variantOf(profiles, meter.profile, circuit.variant);
  if (!variant) throw unknownReference("variant");
  const others = await circuitModel(connection).find({ busId: meter.busId }).lean<Circuit[]>();
  const span: AddressSpan = {
    ...circuit,
    step: variant.unitIdStep,
    loop: circuit.loop ?? 1,
    loops: variant.loops?.count ?? 1,
  };
  const mistake = addressMistake(
    span,
    meter,
    others.map(({ name, unitAddress, loop: otherLoop = 1, profile, variant: variantName }) => {
      const other = variantOf(profiles, profile, variantName);
      return {
        name,
        unitAddress,
        loop: otherLoop,
        step: other?.unitIdStep ?? 1,
        loops: other?.loops?.count ?? 1,
      };
    }),
  );
  if (!mistake) return;
  const { code, detail } = mistake;
  throw new ApiError(code, detail, { errors: [{ path: "unitAddress", code, message: detail }] });
}
