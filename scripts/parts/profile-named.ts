import { builtInProfiles, type Profile } from "@hallmeter/meter-model";

export function profileNamed(id: string): Profile {
  const profile = (builtInProfiles as Record<string, Profile | undefined>)[id];
  if (!profile) throw new Error(`no profile "${id}"; there are ${Object.keys(builtInProfiles).join(", ")}`);
  return profile;
}
