export { API_BASE, createApp } from "./app.ts";
export { type AuditReport, verifyAudit } from "./audit/verify-audit.ts";
export {
  type Checkpoint,
  type CheckpointContent,
  endsOf,
  openCheckpoint,
  rawPublicKey,
  signCheckpoint,
} from "./chain/checkpoint.ts";
export { type Clock, systemClock } from "./clock.ts";
export { connect } from "./db/connection.ts";
export type { Deps } from "./deps.ts";
export { ApiError, ERROR_CODES, type ErrorCode, isApiError } from "./errors.ts";
export { EVERY_SITE, type Role } from "./http/access.ts";
export type { Progress } from "./ledger/pace.ts";
export { type RebuildReport, rebuildBalances } from "./ledger/rebuild-balances.ts";
export { type LedgerReport, verifyLedger } from "./ledger/verify-ledger.ts";
export { type ApiSettings, type RunningApi, readApiSettings, startApi } from "./main.ts";
export { ensureAllIndexes as ensureIndexes } from "./models.ts";
export { type AccrualReport, verifyAccruals } from "./rating/verify-accruals.ts";
export { addUser } from "./users/add-user.ts";
