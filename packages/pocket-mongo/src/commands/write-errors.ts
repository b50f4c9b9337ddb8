import { type Doc, doc, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";

/** An error as the reply of a whole command shows it. */
export function errorReply(error: PocketMongoError): Doc {
  const reply = doc({ ok: 0, errmsg: error.message, code: error.code, codeName: error.codeName });
  for (const [name, value] of error.fields ?? []) reply.set(name, value as Value);
  return reply;
}

/** An error of one statement among several. */
export function writeError(index: number, error: PocketMongoError): Doc {
  const entry = doc({ index, code: error.code });
  for (const [name, value] of error.fields ?? []) entry.set(name, value as Value);
  entry.set("errmsg", error.message);
  return entry;
}

/** Errors that end the command as a whole, since no later statement can fare better. */
export function endsCommand(error: unknown): boolean {
  return (
    !(error instanceof PocketMongoError) ||
    error.failure === "transient" ||
    error.codeName === "ShutdownInProgress"
  );
}
