import type { Household } from "../api/rows.ts";

/** Who lives there beside the one after whom the household is named. */
export const otherResidents = ({ name, residents }: Pick<Household, "name" | "residents">): string =>
  residents
    .map((resident) => resident.name)
    .filter((each) => each !== name)
    .join(", ");
