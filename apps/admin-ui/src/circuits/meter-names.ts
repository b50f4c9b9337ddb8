import type { MessageKeyOf, Translate } from "../i18n/translated.ts";
import { circuitsEn } from "./messages.en.ts";

type Key = MessageKeyOf<typeof circuitsEn>;
const { profileName, variantName } = circuitsEn.circuit;

/** A meter profile as people call it; one of the site's own file by the name it brings, else by its id. */
export const profileText = (id: string, t: Translate<Key>, name = id): string =>
  Object.hasOwn(profileName, id) ? t(`circuit.profileName.${id as keyof typeof profileName}`) : name;

export const variantText = (id: string, t: Translate<Key>): string =>
  Object.hasOwn(variantName, id) ? t(`circuit.variantName.${id as keyof typeof variantName}`) : id;
