export { type ErrorName, errorTable, type FailureClass, PocketMongoError } from "./errors.ts";
export { type RunningServer, type ServerOptions, type SlowCommand, startServer } from "./server.ts";
export { backup, type Copied, restore } from "./store/backup.ts";
