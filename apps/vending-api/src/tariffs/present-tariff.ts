import { idSchema, instantSchema, tariffSchema, tariffSchemeSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { versionAt } from "../rating/tariff-versions.ts";
import type { RecordedVersion, TariffRow } from "./tariff.model.ts";

const versionAnswer = z.object({
  number: z.int(),
  effectiveFrom: instantSchema,
  tariff: tariffSchemeSchema,
  reason: z.string().optional().meta({ description: "Why it was put in force, where somebody said so." }),
  by: z.object({ id: idSchema, name: z.string(), role: z.string() }).optional(),
});

export const tariffAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    name: z.string(),
    revision: z.int().meta({ description: "Send it as expectedRevision to change only what you have seen." }),
    version: z.int().meta({ description: "Number of the version in force." }),
    tariff: tariffSchemeSchema.meta({ description: "The scheme in force." }),
    effectiveFrom: instantSchema,
    versions: z.array(versionAnswer).meta({ description: "Oldest first, coming ones included." }),
    withdrawn: z.array(versionAnswer).meta({ description: "Taken back before they held." }),
  })
  .meta({ id: "Tariff" });
export type TariffAnswer = z.input<typeof tariffAnswer>;

export function presentTariff(row: TariffRow, now: Date): TariffAnswer {
  const { _id: id, siteId, name, revision, versions, withdrawn } = row;
  const inForce = versionAt(versions, now.getTime());
  return {
    id,
    siteId,
    name,
    revision,
    version: inForce.number,
    tariff: inForce.tariff,
    effectiveFrom: inForce.effectiveFrom.toISOString(),
    versions: versions.map(presentVersion),
    withdrawn: withdrawn.map(presentVersion),
  };
}

function presentVersion({ number, effectiveFrom, tariff, reason, by }: RecordedVersion) {
  return {
    number,
    effectiveFrom: effectiveFrom.toISOString(),
    tariff,
    ...(reason !== undefined && { reason }),
    ...(by !== undefined && { by }),
  };
}

/** A scheme as one file, to keep or to import elsewhere. */
export const tariffDocument = z
  .object({
    kind: z.literal("hallmeter-tariff"),
    name: z.string(),
    version: z.int(),
    effectiveFrom: instantSchema,
    scheme: tariffSchemeSchema,
  })
  .meta({ id: "TariffDocument" });

/** A scheme of version 1 or 2, or the file of one as it was exported. */
export const importedScheme = z.preprocess(
  (document) => (isTariffDocument(document) ? document.scheme : document),
  tariffSchema,
);

function isTariffDocument(document: unknown): document is { scheme: unknown } {
  return (
    typeof document === "object" &&
    document !== null &&
    "kind" in document &&
    document.kind === "hallmeter-tariff" &&
    "scheme" in document
  );
}
