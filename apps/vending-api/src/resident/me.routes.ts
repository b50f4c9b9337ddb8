import { idSchema, instantSchema } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { z } from "zod";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import type { PersonCaller } from "../http/access.ts";
import { accepted, ok, pageOf } from "../http/answer.ts";
import { listQuery } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { type Circuit, circuitModel } from "../network/circuit.model.ts";
import { blankMirror } from "../network/circuit-mirror.model.ts";
import { issueCommand } from "../network/commands.ts";
import { circuitAnswer, presentCircuits, readMirrors } from "../network/present-circuit.ts";
import { whyAnswer, whyOf } from "../network/why.ts";
import type { Household } from "../places/household.model.ts";
import { type Resident, residentModel } from "../places/resident.model.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { presentSite, siteAnswer } from "../places/site.routes.ts";
import { type Unit, unitModel } from "../places/unit.model.ts";
import { presentUser, userAnswer } from "../users/present-user.ts";
import { type User, userModel } from "../users/user.model.ts";
import { balanceAnswer, householdBalance } from "../vending/household-balance.ts";
import { listPurchases } from "../vending/list-purchases.ts";
import { purchaseAnswer } from "../vending/present-purchase.ts";
import { householdUse } from "./household-use.ts";
import { ownHousehold } from "./own-household.ts";

const TAG = "Resident";
const ACCESS = { roles: ["resident"] } as const;

const meAnswer = z
  .object({
    user: userAnswer,
    resident: z.object({ id: idSchema, name: z.string(), phone: z.string().nullable() }).nullable(),
    household: z.object({ id: idSchema, name: z.string(), status: z.enum(["open", "closed"]) }).nullable(),
    unit: z.object({ id: idSchema, name: z.string(), floor: z.int() }).nullable(),
    residents: z.array(z.object({ id: idSchema, name: z.string(), isYou: z.boolean() })).meta({
      description: "Everybody of your household.",
    }),
    rooms: z
      .array(z.object({ unitName: z.string(), from: instantSchema, until: instantSchema.nullable() }))
      .meta({ description: "Where your household has lived, the present room first." }),
    site: siteAnswer.nullable(),
    circuits: z.array(
      circuitAnswer.pick({
        id: true,
        name: true,
        relay: true,
        intended: true,
        presence: true,
        keepPower: true,
        asOf: true,
      }),
    ),
  })
  .meta({ id: "Me" });

const useAnswer = z
  .object({
    today: z.object({
      wh: z.int(),
      costMicro: z.int(),
      intervals: z.array(z.object({ at: instantSchema, wh: z.int().nullable() })),
    }),
    days: z.array(z.object({ day: z.iso.date(), wh: z.int(), costMinor: z.int() })),
    asOf: instantSchema.nullable(),
  })
  .meta({ id: "MyUse" });

const myPurchases = listQuery({ sort: ["at"], defaultSort: ["at", "DESC"], filter: {} });

export function meRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  return [
    route({
      method: "get",
      path: "/me",
      tag: TAG,
      summary: "Who you are, and where you live",
      access: "signed-in",
      answers: { 200: meAnswer },
      handle: async ({ caller }) => ok(await whoIs(connection, caller)),
    }),
    route({
      method: "get",
      path: "/me/balance",
      tag: TAG,
      summary: "What is left",
      access: ACCESS,
      answers: { 200: balanceAnswer },
      handle: async ({ caller, now }) =>
        ok(await householdBalance(connection, await ownHousehold(connection, caller), now)),
    }),
    route({
      method: "get",
      path: "/me/use",
      tag: TAG,
      summary: "Use of today and of the last days",
      access: ACCESS,
      query: z.strictObject({ days: z.coerce.number().int().min(1).max(366).default(30) }),
      answers: { 200: useAnswer },
      async handle({ caller, query, now }) {
        const household = await ownHousehold(connection, caller);
        const site = await siteModel(connection).findById(household.siteId).lean<Site | null>();
        if (!site) throw new ApiError("internal", `site ${household.siteId} is missing`);
        return ok(await householdUse(connection, household, site, query.days, now));
      },
    }),
    route({
      method: "get",
      path: "/me/why",
      tag: TAG,
      summary: "Why your power is off, and what brings it back",
      access: ACCESS,
      answers: { 200: z.object({ circuits: z.array(whyAnswer) }) },
      async handle({ caller }) {
        const circuits = await ownCircuits(connection, await ownHousehold(connection, caller));
        const mirrors = await readMirrors(connection, circuits);
        return ok({
          circuits: circuits.map((circuit) => whyOf(mirrors.get(circuit._id) ?? blankMirror(circuit))),
        });
      },
    }),
    route({
      method: "get",
      path: "/me/purchases",
      tag: TAG,
      summary: "Your purchases, newest first",
      access: ACCESS,
      query: myPurchases,
      answers: { 200: pageOf(purchaseAnswer) },
      async handle({ caller, query }) {
        const { _id: householdId, siteId } = await ownHousehold(connection, caller);
        return listPurchases(connection, query, { siteId, householdId });
      },
    }),
    route({
      method: "post",
      path: "/me/reminders/acknowledge",
      tag: TAG,
      summary: "Acknowledge the low-balance reminder: power that it holds off comes back",
      access: ACCESS,
      idempotencyKey: "required",
      answers: { 202: z.object({ commandIds: z.array(idSchema) }) },
      async handle({ caller, idempotencyKey, requestHash, now }) {
        const circuits = await ownCircuits(connection, await ownHousehold(connection, caller));
        const commandIds: string[] = [];
        for (const circuit of circuits) {
          const { command } = await issueCommand(
            deps,
            circuit,
            { action: "release", hold: "reminder", reason: "Reminder acknowledged" },
            // One key of the client covers one command per circuit.
            { caller, idempotencyKey: `${idempotencyKey}:${circuit._id}`, requestHash, now },
          );
          commandIds.push(command._id);
        }
        return accepted({ commandIds });
      },
    }),
  ];
}

async function ownCircuits(connection: Connection, household: Household): Promise<Circuit[]> {
  return circuitModel(connection)
    .find({ householdId: household._id })
    .sort({ name: 1, _id: 1 })
    .lean<Circuit[]>();
}

async function whoIs(connection: Connection, caller: PersonCaller): Promise<z.input<typeof meAnswer>> {
  const user = await userModel(connection).findById(caller.id).lean<User | null>();
  if (!user) throw new ApiError("not-found");
  const nobody = {
    user: presentUser(user),
    resident: null,
    household: null,
    unit: null,
    residents: [],
    rooms: [],
    site: null,
    circuits: [],
  };
  if (caller.householdId === undefined) return nobody;
  const household = await ownHousehold(connection, caller);
  const pastRooms = household.pastRooms ?? [];
  const [residents, units, site, circuits] = await Promise.all([
    residentModel(connection)
      .find({ householdId: household._id })
      .sort({ name: 1, _id: 1 })
      .lean<Resident[]>(),
    unitModel(connection)
      .find({ _id: { $in: [household.unitId, ...pastRooms.map(({ unitId }) => unitId)] } })
      .lean<Unit[]>(),
    siteModel(connection).findById(household.siteId).lean<Site | null>(),
    ownCircuits(connection, household),
  ]);
  const resident = residents.find(({ userId }) => userId === user._id);
  const unitOf = new Map(units.map((unit) => [unit._id, unit]));
  const unit = unitOf.get(household.unitId);
  const rooms = [
    ...pastRooms.map(({ unitId, from, until }) => ({ unitId, from, until: until.toISOString() })),
    { unitId: household.unitId, from: pastRooms.at(-1)?.until ?? household.openedAt, until: null },
  ];
  return {
    ...nobody,
    resident: resident ? { id: resident._id, name: resident.name, phone: resident.phone } : null,
    household: { id: household._id, name: household.name, status: household.status },
    unit: unit ? { id: unit._id, name: unit.name, floor: unit.floor } : null,
    residents: residents.map(({ _id: id, name, userId }) => ({ id, name, isYou: userId === user._id })),
    rooms: rooms
      .map(({ unitId, from, until }) => ({
        unitName: unitOf.get(unitId)?.name ?? "",
        from: from.toISOString(),
        until,
      }))
      .reverse(),
    site: site && presentSite(site),
    circuits: await presentCircuits(connection, circuits),
  };
}
