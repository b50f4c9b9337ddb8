import { z } from "zod";
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "./password.ts";
import { LOCALES, USER_STATUSES } from "./user.model.ts";
import { PERSON_ROLES } from "./user-rules.ts";

/** Lower-cased once, here. */
export const loginField = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._@+-]{2,63}$/, "3 to 64 letters, digits or . _ @ + -");
export const newPasswordField = z.string().min(MIN_PASSWORD_LENGTH).max(MAX_PASSWORD_LENGTH);
const rolesField = z.array(z.enum(PERSON_ROLES)).min(1).max(PERSON_ROLES.length);
const siteIdsField = z.array(z.string().min(1).max(64)).min(1).max(1000);

export const newUserFields = z.strictObject({
  login: loginField,
  name: z.string().trim().min(1).max(120),
  password: newPasswordField,
  roles: rolesField,
  siteIds: siteIdsField,
  householdId: z.string().min(1).max(64).nullable().default(null),
  locale: z.enum(LOCALES).default("en"),
});
export type NewUser = z.input<typeof newUserFields>;

export const userPatchFields = z
  .strictObject({
    name: z.string().trim().min(1).max(120),
    password: newPasswordField,
    roles: rolesField,
    siteIds: siteIdsField,
    householdId: z.string().min(1).max(64).nullable(),
    locale: z.enum(LOCALES),
    status: z.enum(USER_STATUSES),
  })
  .partial();
