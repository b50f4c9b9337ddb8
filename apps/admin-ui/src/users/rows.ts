/** Rows of the API that only this room shows. */
export interface UserSession {
  id: string;
  startedAt: string;
  seenAt: string;
  endsAt: string;
  address: string | null;
  program: string | null;
}

export interface ApiKey {
  id: string;
  siteId: string;
  name: string;
  prefix: string;
  state: "active" | "expired" | "revoked";
  createdBy: string;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
}

export type NewApiKey = ApiKey & { key: string };
