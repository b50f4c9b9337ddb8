import { z } from "zod";
import type { Composition } from "../paper/composition.ts";
import type { Language } from "../paper/language.ts";
import type { PaperName } from "../paper/paper-sizes.ts";

/** Whose document it is, and how the site writes time and money. */
export const placeFacts = z.object({
  siteName: z.string(),
  timeZone: z.string(),
  currency: z.string(),
  currencyDigits: z.int().min(0).max(4),
});
export type PlaceFacts = z.infer<typeof placeFacts>;

/** Facts are kept for ever: plain JSON, amounts in minor units, energy in Wh, instants RFC 3339 UTC, days YYYY-MM-DD. */
interface KindDefinition<Facts extends PlaceFacts> {
  /** Of its numbers: two letters. */
  prefix: string;
  name: Readonly<Record<Language, string>>;
  paper: PaperName;
  facts: z.ZodType<Facts>;
  compose(facts: Facts, language: Language): Composition;
  /** What it is about, for whoever verifies it; null where it is about no single amount. */
  amountMinor(facts: Facts): number | null;
  /** When what it tells had happened, RFC 3339. */
  at(facts: Facts): string;
}

export interface DocumentKindRow {
  readonly prefix: string;
  readonly name: Readonly<Record<Language, string>>;
  readonly paper: PaperName;
  /** Throws ZodError when the facts are not this kind's. */
  read(facts: unknown): ReadFacts;
}

export interface ReadFacts {
  readonly place: PlaceFacts;
  readonly amountMinor: number | null;
  readonly at: string;
  compose(language: Language): Composition;
}

/** A kind of document as the others see it: its facts' type stays its own. */
export function defineKind<Facts extends PlaceFacts>(
  definition: KindDefinition<Facts>,
): DocumentKindRow & { readonly facts: z.ZodType<Facts> } {
  const { prefix, name, paper } = definition;
  return {
    prefix,
    name,
    paper,
    facts: definition.facts,
    read(unread) {
      const facts = definition.facts.parse(unread);
      return {
        place: placeFacts.parse(facts),
        amountMinor: definition.amountMinor(facts),
        at: definition.at(facts),
        compose: (language) => definition.compose(facts, language),
      };
    },
  };
}
