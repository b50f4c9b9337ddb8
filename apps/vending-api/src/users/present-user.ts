import { z } from "zod";
import { roleSchema } from "../http/access.ts";
import { LOCALES, USER_STATUSES, type User } from "./user.model.ts";

export const userAnswer = z
  .object({
    id: z.string(),
    login: z.string(),
    name: z.string(),
    roles: z.array(roleSchema),
    siteIds: z.array(z.string()).meta({ description: 'Site ids, or ["*"] for every site.' }),
    householdId: z.string().optional(),
    locale: z.enum(LOCALES),
    status: z.enum(USER_STATUSES),
  })
  .meta({ id: "User" });
export type UserAnswer = z.infer<typeof userAnswer>;

export function presentUser(user: User): UserAnswer {
  const { _id: id, login, name, roles, siteIds, householdId, locale, status } = user;
  return {
    id,
    login,
    name,
    roles,
    siteIds,
    locale,
    status,
    ...(householdId === null ? {} : { householdId }),
  };
}
