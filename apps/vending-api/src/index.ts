export { API_BASE, createApp } from "./app.ts";
export { type Clock, systemClock } from "./clock.ts";
export { connect, ensureIndexes } from "./db/connection.ts";
export type { Deps } from "./deps.ts";
export { ApiError, ERROR_CODES, type ErrorCode, isApiError } from "./errors.ts";
export { EVERY_SITE, type Role } from "./http/access.ts";
export { type LedgerReport, verifyLedger } from "./ledger/verify-ledger.ts";
export { type ApiSettings, type RunningApi, readApiSettings, startApi } from "./main.ts";
export { addUser } from "./users/add-user.ts";
