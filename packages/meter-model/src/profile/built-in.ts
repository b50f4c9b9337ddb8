import { acrel1352 } from "./acrel-1352.ts";
import { acrelAdf400l } from "./acrel-adf400l.ts";
import { dlt645Prepaid } from "./dlt645-prepaid.ts";
import { eastronSdm120 } from "./eastron-sdm120.ts";
import { eastronSdm630 } from "./eastron-sdm630.ts";
import type { Profile } from "./profile.ts";
import { referenceCabinet } from "./reference-cabinet.ts";

const PROFILES = [acrelAdf400l, acrel1352, dlt645Prepaid, eastronSdm120, eastronSdm630, referenceCabinet];

/** Profiles that come with the package, by id. A user's own stand beside the configuration. */
export const builtInProfiles: Readonly<Record<string, Profile>> = Object.fromEntries(
  PROFILES.map((profile) => [profile.id, profile]),
);
