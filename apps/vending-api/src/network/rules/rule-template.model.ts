import type { CircuitRules } from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../../db/model.ts";

/** Rules under a name, to give to circuits again and again. A circuit keeps what it was given when the template changes. */
export interface RuleTemplate {
  _id: string;
  siteId: string;
  name: string;
  rules: CircuitRules;
}

const ruleTemplateSchema = new Schema<RuleTemplate>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    name: { type: String, required: true },
    rules: { type: Schema.Types.Mixed, required: true },
  },
  { collection: "rule-templates", versionKey: false, minimize: false },
);
ruleTemplateSchema.index({ siteId: 1, name: 1 }, { unique: true });

export const ruleTemplateModel = (connection: Connection) =>
  boundModel<RuleTemplate>(connection, "RuleTemplate", ruleTemplateSchema);
