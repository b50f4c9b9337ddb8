import {
  builtInProfiles,
  type Profile,
  type ProfileVariant,
  profileFileErrorText,
} from "@hallmeter/meter-model";
import { readProfileFolder } from "@hallmeter/meter-model/profile-folder";
import { ApiError } from "../errors.ts";

/** By id. */
export type Profiles = ReadonlyMap<string, Profile>;

/**
 * The profiles that come along and the users' own. Circuits are rated by their profile, so one that is wrong stops the start
 * like any other setting.
 * @throws ApiError "invalid-settings", one line a mistake
 */
export function loadProfiles(folder: string | undefined): Profiles {
  const { profiles, errors } =
    folder === undefined ? { profiles: [], errors: [] } : readProfileFolder(folder);
  if (errors.length > 0) throw new ApiError("invalid-settings", errors.map(profileFileErrorText).join("\n"));
  return new Map([...Object.values(builtInProfiles), ...profiles].map((profile) => [profile.id, profile]));
}

/** A profile's variant; undefined when either does not exist. */
export function variantOf(
  profiles: Profiles,
  profileId: string,
  variant: string,
): ProfileVariant | undefined {
  const variants = profiles.get(profileId)?.variants;
  return variants && Object.hasOwn(variants, variant) ? variants[variant] : undefined;
}

/** What a gateway does not know by itself. */
export function ownProfiles(profiles: Profiles, ids: Iterable<string>): Profile[] {
  return [...new Set(ids)].sort().flatMap((id) => {
    const profile = profiles.get(id);
    return profile === undefined || Object.hasOwn(builtInProfiles, id) ? [] : [profile];
  });
}
