/** What a person's role lets them do to holds. The API checks access first; the gateway checks again. */
export const HOLD_ROLES = {
  administrator: { isStaff: true, isMaintenance: false, isAdministrator: true },
  "campus-admin": { isStaff: true, isMaintenance: false, isAdministrator: false },
  "property-manager": { isStaff: true, isMaintenance: false, isAdministrator: false },
  maintenance: { isStaff: true, isMaintenance: true, isAdministrator: false },
  resident: { isStaff: false, isMaintenance: false, isAdministrator: false },
} as const satisfies Record<string, { isStaff: boolean; isMaintenance: boolean; isAdministrator: boolean }>;

export interface HoldRights {
  isStaff: boolean;
  isMaintenance: boolean;
  isAdministrator: boolean;
  isResident: boolean;
}

/** A role that is not in the table may do nothing. */
export function holdRights(role: string): HoldRights {
  const known = Object.entries(HOLD_ROLES).find(([name]) => name === role)?.[1];
  return {
    ...(known ?? { isStaff: false, isMaintenance: false, isAdministrator: false }),
    isResident: role === "resident",
  };
}
