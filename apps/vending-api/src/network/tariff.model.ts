import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";
import type { TariffVersion } from "../rating/metering-context.ts";

/** A tariff with its history. A version is never changed: what was used is rated by the prices of its time. */
export interface TariffRow {
  _id: string;
  siteId: string;
  name: string;
  /** Oldest first. */
  versions: TariffVersion[];
}

const tariffSchema = new Schema<TariffRow>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    name: { type: String, required: true },
    versions: {
      type: [{ effectiveFrom: { type: Date, required: true }, tariff: Schema.Types.Mixed, _id: false }],
      required: true,
    },
  },
  { collection: "tariffs", versionKey: false },
);
tariffSchema.index({ siteId: 1, name: 1 }, { unique: true });

export const tariffModel = (connection: Connection) =>
  boundModel<TariffRow>(connection, "Tariff", tariffSchema);
