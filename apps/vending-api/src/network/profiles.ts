import { builtInProfiles, type Profile, type ProfileVariant } from "@hallmeter/meter-model";

/** A profile's variant; undefined when either does not exist. */
export function variantOf(profileId: string, variant: string): ProfileVariant | undefined {
  return profileOf(profileId)?.variants[variant];
}

export function profileOf(profileId: string): Profile | undefined {
  return Object.hasOwn(builtInProfiles, profileId) ? builtInProfiles[profileId] : undefined;
}

export function allProfiles(): Profile[] {
  return Object.values(builtInProfiles);
}
