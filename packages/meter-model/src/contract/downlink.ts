import { z } from "zod";
import { commandSchema } from "./command.ts";
import { creditPositionSchema } from "./gateway-config.ts";

/**
 * Messages of `GET /gateway/stream`, each a server-sent event whose `id` is `sequence`; `Last-Event-ID` resumes after it.
 * `GET /gateway/messages?after=N` is the same by polling.
 */
export const downlinkMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("config"), sequence: z.int(), revision: z.int() }),
  z.object({ type: z.literal("credit"), sequence: z.int(), position: creditPositionSchema }),
  z.object({ type: z.literal("command"), sequence: z.int(), command: commandSchema }),
]);
export type DownlinkMessage = z.infer<typeof downlinkMessageSchema>;
