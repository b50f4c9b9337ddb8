import { type HouseholdCost, idSchema, type TariffScheme } from "@hallmeter/meter-model";
import { z } from "zod";

const nano = z.int().meta({ description: "10⁻⁹ of the major unit, exact." });

const costAnswer = z
  .object({
    rates: z.array(z.object({ rateId: z.string(), name: z.string(), wh: z.int(), costNano: nano })),
    blocks: z.array(z.object({ period: z.string(), wh: z.int(), surchargeNano: nano })),
    demands: z.array(
      z.object({
        demandId: z.string(),
        name: z.string(),
        circuitId: idSchema,
        month: z.string(),
        maximumW: z.int(),
        costNano: nano,
      }),
    ),
    standing: z.object({ days: z.int(), costNano: nano }),
    netNano: nano,
    taxNano: nano,
    totalNano: nano,
    total: z.object({ amountMinor: z.int(), currency: z.string() }).meta({ description: "Rounded down." }),
  })
  .meta({ id: "TariffCost" });

const differenceValue = z.union([z.string(), z.number(), z.null()]);
const differencesAnswer = z
  .array(z.object({ path: z.string(), before: differenceValue, after: differenceValue }))
  .meta({ description: "What the schemes have differently, rows by their id: rates.peak.priceMicroPerKWh." });

export const previewAnswer = z
  .object({
    householdId: idSchema,
    from: z.iso.date(),
    to: z.iso.date(),
    intervals: z.object({ good: z.int(), estimated: z.int(), missing: z.int(), suspect: z.int() }).meta({
      description: "Quarters of an hour that the preview rests on; missing and suspect ones cost nothing.",
    }),
    inForce: z.object({ version: z.int(), cost: costAnswer }),
    proposed: z.object({ cost: costAnswer }),
    differences: differencesAnswer,
    hoursOfWeek: z
      .array(
        z.object({
          weekday: z.int().min(1).max(7),
          hour: z.int().min(0).max(23),
          wh: z.int(),
          inForceNano: nano,
          proposedNano: nano,
        }),
      )
      .meta({
        description: "168, Monday 00:00 first: energy and the cost of its rates, before blocks and tax.",
      }),
  })
  .meta({ id: "TariffPreview" });

const hourPrices = z.object({ beforeMicroPerKWh: z.int(), afterMicroPerKWh: z.int() });
export const comparisonAnswer = z
  .object({
    version: z.int().meta({ description: "Of the tariff, that the scheme was compared with." }),
    differences: differencesAnswer,
    weeks: z
      .array(
        z.object({
          ranges: z.array(z.object({ from: z.string(), to: z.string() })),
          beforeSeasonId: z.string(),
          afterSeasonId: z.string(),
          hoursOfWeek: z.array(hourPrices),
          specialDays: z.array(z.object({ dayTypeId: z.string(), hours: z.array(hourPrices) })),
        }),
      )
      .meta({
        description: "Mean prices by hour of the week (168, Monday 00:00 first), by pair of seasons.",
      }),
  })
  .meta({ id: "TariffComparison" });

export function presentCost(
  cost: HouseholdCost,
  scheme: TariffScheme,
  circuitIds: readonly string[],
  money: { currency: string; nanoPerMinor: number },
): z.input<typeof costAnswer> {
  const nameIn = (rows: readonly { id: string; name: string }[], id: string) =>
    rows.find((row) => row.id === id)?.name ?? id;
  return {
    ...cost,
    rates: cost.rates.map((row) => ({ ...row, name: nameIn(scheme.rates, row.rateId) })),
    demands: cost.demands.map(({ circuit, ...row }) => ({
      ...row,
      name: nameIn(scheme.demands, row.demandId),
      circuitId: circuitIds[circuit] ?? "",
    })),
    total: { amountMinor: Math.floor(cost.totalNano / money.nanoPerMinor), currency: money.currency },
  };
}
