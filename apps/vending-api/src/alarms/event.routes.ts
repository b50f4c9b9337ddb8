import { holdParamsSchema, subjectSchema } from "@hallmeter/meter-model";
import type { QueryFilter } from "mongoose";
import { z } from "zod";
import type { Deps } from "../deps.ts";
import { READERS, siteScope } from "../http/access.ts";
import { pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { type EventRow, eventModel } from "./events.ts";
import { type NetworkNames, subjectNames } from "./subject-names.ts";

const eventAnswer = z
  .object({
    id: z.string(),
    siteId: z.string(),
    at: z.iso.datetime(),
    kind: z.string(),
    subject: subjectSchema,
    subjectName: z.string(),
    params: holdParamsSchema,
  })
  .meta({ id: "Event" });

const eventList = listQuery({
  sort: ["at"],
  defaultSort: ["at", "DESC"],
  filter: {
    siteId: oneOrMany(z.string()).optional(),
    kind: oneOrMany(z.string()).optional(),
    circuitId: z.string().optional(),
    meterId: z.string().optional(),
    busId: z.string().optional(),
    householdId: z.string().optional(),
    from: z.iso.datetime().optional(),
    to: z.iso.datetime().optional(),
  },
});

export function eventRoutes({ connection }: Deps, networkNames: NetworkNames): Route[] {
  return [
    route({
      method: "get",
      path: "/events",
      tag: "Alarms",
      summary: "What happened, the newest first",
      access: { roles: READERS },
      query: eventList,
      answers: { 200: pageOf(eventAnswer) },
      async handle({ caller, query }) {
        const { circuitId, meterId, busId, householdId, from, to, ...equal } = query.filter;
        const subject = {
          "subject.circuitId": circuitId,
          "subject.meterId": meterId,
          "subject.busId": busId,
          "subject.householdId": householdId,
        };
        const conditions: QueryFilter<EventRow>[] = [
          siteScope(caller),
          equalityConditions({ ...equal, ...subject }),
        ];
        if (from !== undefined) conditions.push({ at: { $gte: new Date(from) } });
        if (to !== undefined) conditions.push({ at: { $lt: new Date(to) } });
        const rows = await readPage(eventModel(connection), query, { $and: conditions }, (row) => row);
        const nameOf = await subjectNames(
          connection,
          networkNames,
          rows.body.map((row) => row.subject),
        );
        const body = rows.body.map(({ _id: id, at, ...row }) => ({
          id,
          at: at.toISOString(),
          subjectName: nameOf(row.subject),
          ...row,
        }));
        return { ...rows, body };
      },
    }),
  ];
}
