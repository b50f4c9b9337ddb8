import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";
import type { Role } from "../http/access.ts";

export const LOCALES = ["en", "zh"] as const;
export const USER_STATUSES = ["active", "disabled"] as const;

/** A person's role; a gateway is no person and has a token instead of a login. */
export type PersonRole = Exclude<Role, "gateway">;

export interface User {
  _id: string;
  /** Lower case; unique over all sites, because a login names no site. */
  login: string;
  name: string;
  passwordHash: string;
  roles: PersonRole[];
  /** Site ids, or `[EVERY_SITE]`. */
  siteIds: string[];
  /** The household that a resident sees. */
  householdId: string | null;
  locale: (typeof LOCALES)[number];
  status: (typeof USER_STATUSES)[number];
  /** Grows when every session of the user must end; access tokens carry it. */
  sessionEpoch: number;
  createdAt: Date;
}

const userSchema = new Schema<User>(
  {
    _id: idField,
    login: { type: String, required: true },
    name: { type: String, required: true },
    passwordHash: { type: String, required: true },
    roles: { type: [String], required: true },
    siteIds: { type: [String], required: true },
    householdId: { type: String, default: null },
    locale: { type: String, enum: LOCALES, default: "en" },
    status: { type: String, enum: USER_STATUSES, default: "active" },
    sessionEpoch: { type: Number, default: 0 },
    createdAt: { type: Date, required: true },
  },
  { collection: "users", versionKey: false },
);
userSchema.index({ login: 1 }, { unique: true });
userSchema.index({ siteIds: 1, name: 1 });
userSchema.index({ householdId: 1 });

export const userModel = (connection: Connection) => boundModel<User>(connection, "User", userSchema);
