import { idSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { groupBy } from "../../db/group-by.ts";
import type { Deps } from "../../deps.ts";
import { READERS } from "../../http/access.ts";
import { type Circuit, circuitModel } from "../../network/circuit.model.ts";
import { assertRange, daysOf, rangeFields } from "../report-query.ts";
import { reportRoutesOf } from "../report-table.ts";
import { totalsOf } from "../sum-rows.ts";
import { readUnownedUse, whByCircuit } from "../unowned-use.ts";
import { usesOfDays } from "./use-report.ts";

const FIGURES = ["masterWh", "circuitsWh", "lossWh"] as const;
const figures = {
  masterWh: z.int(),
  circuitsWh: z.int(),
  lossWh: z.int().meta({ description: "masterWh − circuitsWh; below zero the circuits show more." }),
  lossPermille: z.int().nullable().meta({ description: "Of masterWh; null where that is zero." }),
};

const permille = (part: number, whole: number) => (whole === 0 ? null : Math.round((part * 1000) / whole));

export const lossesReport = (deps: Deps) =>
  reportRoutesOf(deps, {
    what: "losses",
    summary: "What master meters measured against the sum of the circuits behind them",
    description: "Use of households as it was charged, and of circuits that nobody pays for.",
    roles: READERS,
    asked: rangeFields,
    row: {
      masterId: idSchema,
      master: z.string(),
      circuits: z.int(),
      ...figures,
      isComplete: z.boolean().meta({ description: "The master was read on every day of the range." }),
    },
    totals: figures,
    columns: {
      master_id: "masterId",
      master: "master",
      circuits: "circuits",
      master_wh: "masterWh",
      circuits_wh: "circuitsWh",
      loss_wh: "lossWh",
      loss_permille: "lossPermille",
      is_complete: "isComplete",
    },
    async read(site, range, now) {
      assertRange(range);
      const { connection } = deps;
      const [circuits, charged, unowned] = await Promise.all([
        circuitModel(connection)
          .find({ siteId: site._id }, { name: 1, feederId: 1 })
          .lean<Pick<Circuit, "_id" | "name" | "feederId">[]>(),
        usesOfDays(connection, site, range, now),
        readUnownedUse(connection, site._id, range),
      ]);
      const wh = whByCircuit([...charged, ...unowned]);
      const names = new Map(circuits.map(({ _id, name }) => [_id, name]));
      const days = daysOf(range, now, site.timeZone);
      const daysRead = groupBy(unowned, ({ circuitId }) => circuitId);
      const fed = groupBy(
        circuits.filter(({ feederId }) => typeof feederId === "string"),
        ({ feederId }) => feederId ?? "",
      );
      const rows = [...fed].map(([masterId, behind]) => {
        const masterWh = wh.get(masterId) ?? 0;
        const circuitsWh = behind.reduce((sum, { _id }) => sum + (wh.get(_id) ?? 0), 0);
        const lossWh = masterWh - circuitsWh;
        const seen = new Set((daysRead.get(masterId) ?? []).map(({ day }) => day));
        return {
          masterId,
          master: names.get(masterId) ?? "",
          circuits: behind.length,
          ...{ masterWh, circuitsWh, lossWh, lossPermille: permille(lossWh, masterWh) },
          isComplete: days.every((day) => seen.has(day)),
        };
      });
      const totals = totalsOf(rows, FIGURES);
      return { rows, totals: { ...totals, lossPermille: permille(totals.lossWh, totals.masterWh) } };
    },
  });
