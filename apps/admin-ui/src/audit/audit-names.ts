import { commonEn } from "../i18n/common.en.ts";
import type { MessageKeyOf, Translate } from "../i18n/translated.ts";
import { auditEn } from "./messages.en.ts";

type Key = MessageKeyOf<typeof auditEn>;

const isIn = <Table extends object>(table: Table, key: string): key is keyof Table & string =>
  Object.hasOwn(table, key);

/** "Rooms" of `units`; one of tomorrow by its own name. */
export const resourceName = (resource: string, t: Translate<Key>): string =>
  isIn(auditEn.audit.resource, resource) ? t(`audit.resource.${resource}`) : resource;

/** What was done, of `units.update`: by the whole action where it has words of its own, else by its verb. */
export function actionName(action: string, t: Translate<Key>): string {
  const verb = action.slice(action.indexOf(".") + 1);
  return isIn(auditEn.audit.verb, verb) ? t(`audit.verb.${verb}`) : verb;
}

/** A field by the last name of its path; the code's own name where the table has none. */
export function fieldName(path: string, t: Translate<Key>): string {
  const names = path.split(".");
  return names.map((name) => (isIn(auditEn.audit.field, name) ? t(`audit.field.${name}`) : name)).join(" › ");
}

type ValueKey = Key | MessageKeyOf<Pick<typeof commonEn, "relay" | "presence">>;

/** A word of a field in the reader's language, where it is one of those that fields are made of; "open" is off for a relay. */
export function valueWord(path: string, word: string, t: Translate<ValueKey>): string {
  const field = path.slice(path.lastIndexOf(".") + 1);
  if ((field === "relay" || field === "intended") && isIn(commonEn.relay, word)) return t(`relay.${word}`);
  if (field === "presence" && isIn(commonEn.presence, word)) return t(`presence.${word}`);
  return isIn(auditEn.audit.value, word) && WORDED.has(field) ? t(`audit.value.${word}`) : word;
}

/** Fields whose words are of a closed list; elsewhere a word may be a person's own, such as a note "done". */
const WORDED: ReadonlySet<string> = new Set([
  "status",
  "state",
  "creditPlace",
  "mode",
  "alarmSeverity",
  "parity",
  "locale",
  "channels",
]);
