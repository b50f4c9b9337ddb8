import { circuitRulesSchema, idSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { newId } from "../../db/model.ts";
import type { Deps } from "../../deps.ts";
import { canSee, READERS, STAFF } from "../../http/access.ts";
import { equalityConditions, listQuery, oneOrMany } from "../../http/list-query.ts";
import type { Route } from "../../http/route.ts";
import { editableRoutes } from "../../places/editable-resource.ts";
import { unknownReference } from "../../places/reference.ts";
import { siteModel } from "../../places/site.model.ts";
import { nameField } from "../../places/site-fields.ts";
import { type RuleTemplate, ruleTemplateModel } from "./rule-template.model.ts";

const ruleTemplateAnswer = z
  .object({ id: idSchema, siteId: idSchema, name: z.string(), rules: circuitRulesSchema })
  .meta({ id: "RuleTemplate" });

export function ruleTemplateRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  return editableRoutes(deps, {
    name: "policies",
    one: "template of rules",
    tag: "Network",
    read: READERS,
    write: STAFF,
    model: ruleTemplateModel(connection),
    list: listQuery({ sort: ["name"], filter: { siteId: oneOrMany(idSchema).optional() } }),
    condition: equalityConditions,
    answer: ruleTemplateAnswer,
    present: async (rows) => rows.map(({ _id: id, ...row }) => ({ id, ...row })),
    newFields: z.strictObject({ siteId: idSchema, name: nameField, rules: circuitRulesSchema }),
    async newRow({ siteId, name, rules }, { caller }): Promise<RuleTemplate> {
      if (!canSee(caller, siteId) || !(await siteModel(connection).exists({ _id: siteId })))
        throw unknownReference("siteId");
      return { _id: newId(), siteId, name, rules };
    },
    patchFields: z.strictObject({ name: nameField, rules: circuitRulesSchema }).partial(),
    patch: async (_row, fields) => fields,
    // Nothing points to a template: circuits hold rules of their own.
    assertUnused: async () => {},
    duplicate: { code: "name-taken", path: "name", message: "Another template of the site has this name" },
  });
}
