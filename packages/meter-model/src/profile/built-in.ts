import { acrelAdf400l } from "./acrel-adf400l.ts";
import type { Profile } from "./profile.ts";

/** Profiles that come with the package, by id. A user's own stand beside the configuration. */
export const builtInProfiles: Record<string, Profile> = {
  [acrelAdf400l.id]: acrelAdf400l,
};
