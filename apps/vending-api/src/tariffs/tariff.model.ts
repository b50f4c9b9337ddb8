import { type TariffScheme, type TariffSchemeV1, upgradeScheme } from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";
import type { TariffVersion } from "../rating/metering-context.ts";

/** Who put a version in force, and why; missing where nobody said so. */
interface VersionOrigin {
  reason?: string;
  by?: { id: string; name: string; role: string };
  /** Of the request that made it: asked again on the revision it was made on, it is the same version. */
  requestHash?: string;
}
export interface RecordedVersion extends TariffVersion, VersionOrigin {}

/** A tariff with its history. A version is never changed: what was used is rated by the prices of its time. */
export interface TariffRow {
  _id: string;
  siteId: string;
  name: string;
  /** Oldest first, coming ones included. */
  versions: RecordedVersion[];
  /** Coming versions that were taken back before they held. */
  withdrawn: RecordedVersion[];
  /** Grows with every change; a change made on an older one is refused. */
  revision: number;
}

/** As older releases wrote it, and as this one does. */
export interface StoredTariff extends Pick<TariffRow, "_id" | "siteId" | "name"> {
  versions: StoredVersion[];
  withdrawn?: StoredVersion[];
  revision?: number;
}
interface StoredVersion extends VersionOrigin {
  number?: number;
  effectiveFrom: Date;
  tariff: TariffScheme | TariffSchemeV1;
}

const versionFields = {
  number: { type: Number },
  effectiveFrom: { type: Date, required: true },
  tariff: { type: Schema.Types.Mixed, required: true },
  reason: { type: String },
  by: { type: { id: String, name: String, role: String }, _id: false },
  requestHash: { type: String },
  _id: false,
} as const;

const tariffSchema = new Schema<StoredTariff>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    name: { type: String, required: true },
    versions: { type: [versionFields], required: true },
    withdrawn: { type: [versionFields] },
    revision: { type: Number },
  },
  { collection: "tariffs", versionKey: false, minimize: false },
);
tariffSchema.index({ siteId: 1, name: 1 }, { unique: true });

export const tariffModel = (connection: Connection) =>
  boundModel<StoredTariff>(connection, "Tariff", tariffSchema);

/** As rating knows it: every scheme of the newest version, every version numbered. */
export function upgradedTariff({ versions, withdrawn = [], revision = 0, ...row }: StoredTariff): TariffRow {
  const upgrade = ({ number, tariff, ...version }: StoredVersion, index: number): RecordedVersion => ({
    ...version,
    // Before versions had numbers, none was ever taken away: its place is its number.
    number: number ?? index + 1,
    tariff: upgradeScheme(tariff),
  });
  return { ...row, versions: versions.map(upgrade), withdrawn: withdrawn.map(upgrade), revision };
}

export async function findTariff(connection: Connection, id: string): Promise<TariffRow | null> {
  const row = await tariffModel(connection).findById(id).lean<StoredTariff | null>();
  return row && upgradedTariff(row);
}

export async function findTariffs(connection: Connection, ids: readonly string[]): Promise<TariffRow[]> {
  const rows = await tariffModel(connection)
    .find({ _id: { $in: [...ids] } })
    .lean<StoredTariff[]>();
  return rows.map(upgradedTariff);
}
