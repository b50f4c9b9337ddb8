import { z } from "zod";
import { HOLD_KIND_NAMES } from "../holds/hold-kinds.ts";
import { idSchema, instantSchema } from "../sample.ts";

/**
 * `open` places a manual hold, `lockout` a tag, `close` releases the manual hold, `release` the hold named (or every one
 * that the caller may release), `keep-power` follows the circuit's configuration, `read` polls now, `compare-parameters` reads the
 * meter's own parameters beside those desired of it, `repair-parameters` writes those that differ.
 */
export const COMMAND_ACTIONS = [
  "open",
  "close",
  "lockout",
  "keep-power",
  "release",
  "read",
  "compare-parameters",
  "repair-parameters",
] as const;
export const commandActionSchema = z.enum(COMMAND_ACTIONS);
export type CommandAction = z.infer<typeof commandActionSchema>;

export const COMMAND_STATES = ["queued", "sent", "confirmed", "failed", "expired", "unknown"] as const;
export const commandStateSchema = z.enum(COMMAND_STATES);
export type CommandState = z.infer<typeof commandStateSchema>;

/** One request to a meter: executed at most once, dropped with an event when late (S2). */
export const commandSchema = z.object({
  id: idSchema,
  circuitId: idSchema,
  action: commandActionSchema,
  /** For `release`: which hold. Without it, every hold that `by.role` may release. */
  hold: z.enum(HOLD_KIND_NAMES).optional(),
  /** For `keep-power`. */
  keepPower: z.boolean().optional(),
  reason: z.string().max(500),
  by: z.object({ id: idSchema, name: z.string(), role: z.string() }),
  issuedAt: instantSchema,
  notBefore: instantSchema.optional(),
  expiresAt: instantSchema,
  /** For `close` and `release` where a second source may feed the circuit: a person has found its load side dead (S11). */
  isLoadSideDead: z.boolean().optional(),
  /** For `open`: the hold's own end, when staff gave one. */
  until: instantSchema.optional(),
});
export type Command = z.infer<typeof commandSchema>;

export const commandResultSchema = z.object({
  commandId: idSchema,
  state: commandStateSchema.exclude(["queued"]),
  at: instantSchema,
  /** Stable code when not confirmed, e.g. "held-by-other", "unit-offline", "relay-fault", "late". */
  code: z.string().max(60).optional(),
  detail: z.string().max(500).optional(),
});
export type CommandResult = z.infer<typeof commandResultSchema>;
