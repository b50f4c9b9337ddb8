import { z } from "zod";
import { idSchema, instantSchema } from "../sample.ts";
import { busRequestSchema } from "./bus-request.ts";
import { commandSchema } from "./command.ts";
import { creditPositionSchema } from "./gateway-config.ts";

/**
 * A person's answer to a paused bulk of cuts (S6), for the circuits due when the gateway hears it. `go-on`: they are cut.
 * `never-mind`: the cause was a mistake; they are left alone until their household's balance is told anew, at most until
 * `validUntil`.
 */
export const bulkAnswerSchema = z.object({
  id: idSchema,
  decision: z.enum(["go-on", "never-mind"]),
  reason: z.string().max(500),
  by: z.object({ id: idSchema, name: z.string(), role: z.string() }),
  issuedAt: instantSchema,
  /** Heard later than this it is dropped (S2). */
  expiresAt: instantSchema,
  validUntil: instantSchema,
});
export type BulkAnswer = z.infer<typeof bulkAnswerSchema>;

import { saleSchema } from "./sale.ts";

/**
 * Messages of `GET /gateway/stream`, each a server-sent event whose `id` is `sequence`; `Last-Event-ID` resumes after it.
 * `GET /gateway/messages?after=N` is the same by polling.
 */
export const downlinkMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("config"), sequence: z.int(), revision: z.int() }),
  z.object({ type: z.literal("credit"), sequence: z.int(), position: creditPositionSchema }),
  z.object({ type: z.literal("command"), sequence: z.int(), command: commandSchema }),
  z.object({ type: z.literal("sale"), sequence: z.int(), sale: saleSchema }),
  z.object({ type: z.literal("bulk-answer"), sequence: z.int(), answer: bulkAnswerSchema }),
  z.object({ type: z.literal("bus-request"), sequence: z.int(), request: busRequestSchema }),
]);
export type DownlinkMessage = z.infer<typeof downlinkMessageSchema>;
