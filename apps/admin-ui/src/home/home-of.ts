import type { Role } from "../api/rows.ts";

/** What a person sees first. `money`: grants and refunds; `front-desk`: a sale, and how the rooms are. */
export const HOMES = ["board", "money", "front-desk", "alarms"] as const;
export type Home = (typeof HOMES)[number];

/** Roles by what their work begins with; of several, the first here decides. */
const HOME_OF_ROLE: readonly (readonly [Role, Home])[] = [
  ["administrator", "board"],
  ["campus-admin", "money"],
  ["property-manager", "front-desk"],
  ["maintenance", "alarms"],
];

/** Everybody of the staff may open the Board. */
export const homeOf = (roles: readonly Role[]): Home =>
  HOME_OF_ROLE.find(([role]) => roles.includes(role))?.[1] ?? "board";
