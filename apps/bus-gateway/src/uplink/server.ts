import {
  type BusReport,
  creditPositionSchema,
  type DownlinkMessage,
  type gatewayConfigSchema,
  type UplinkReply,
} from "@hallmeter/meter-model";
import { z } from "zod";

export const creditAnswerSchema = z.object({ positions: z.array(creditPositionSchema), sequence: z.int() });
export type CreditAnswer = z.infer<typeof creditAnswerSchema>;

export type ConfigAnswer = "unchanged" | { config: z.infer<typeof gatewayConfigSchema>; etag: string | null };

export interface StreamEvents {
  message(message: DownlinkMessage): void;
  /** Anything arrived, a heartbeat included. */
  alive(): void;
}

/** The server as the gateway sees it. Every call rejects with GatewayError "server-…". */
export interface Server {
  /** @param etag of the configuration at hand, or null */
  config(etag: string | null): Promise<ConfigAnswer>;
  credit(): Promise<CreditAnswer>;
  lastSequence(): Promise<number>;
  /** @param body a batch as JSON; sent as it is */
  sendBatch(body: string): Promise<UplinkReply>;
  /** Resolves when the server ended the stream, rejects when it broke or `signal` aborted it. */
  stream(afterSequence: number, events: StreamEvents, signal: AbortSignal): Promise<void>;
  messages(afterSequence: number): Promise<DownlinkMessage[]>;
}

export interface BusReportTaker {
  /** Rejects with GatewayError "server-…". */
  sendBusReport(report: BusReport): Promise<void>;
}
