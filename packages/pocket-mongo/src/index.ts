export { type ErrorName, errorTable, type FailureClass, PocketMongoError } from "./errors.ts";
export { prepareRestore } from "./restore.ts";
export { type RunningServer, type ServerOptions, type SlowCommand, startServer } from "./server.ts";
export { backup, type Copied, type CopyStep } from "./store/backup.ts";
export type { StagedRestore } from "./store/restore.ts";
