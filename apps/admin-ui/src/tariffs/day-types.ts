import { DAY_TYPES, type DayType } from "@hallmeter/meter-model";

/** Kinds of day that every scheme has. */
export const BUILT_IN_DAY_TYPES = DAY_TYPES;

export function isBuiltIn(dayTypeId: string): dayTypeId is DayType {
  return (DAY_TYPES as readonly string[]).includes(dayTypeId);
}
