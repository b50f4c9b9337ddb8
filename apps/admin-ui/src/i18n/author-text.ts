import type { Translate } from "./translated.ts";
import type { ConsoleKey } from "./use-t.ts";

/** What the API itself does, under the names that it signs with. */
const AUTHORS: Readonly<Record<string, ConsoleKey>> = {
  Rating: "household.author.rating",
  Grants: "household.author.grants",
};

/** A person by name; the API's own work in the reader's language. */
export function authorText(name: string, t: Translate<ConsoleKey>): string {
  const key = AUTHORS[name];
  return key === undefined ? name : t(key);
}
