import {
  type DownlinkMessage,
  downlinkMessageSchema,
  gatewayConfigSchema,
  uplinkReplySchema,
} from "@hallmeter/meter-model";
import { createParser } from "eventsource-parser";
import { type ZodType, z } from "zod";
import { GatewayError } from "../errors.ts";
import { type BusReportTaker, creditAnswerSchema, type Server, type StreamEvents } from "./server.ts";

/** The whole of an answer takes no longer than this. Range 5–60 s; 20 s covers a full batch over a slow cellular link. */
const ANSWER_WITHIN_MS = 20_000;

interface HttpServerOptions {
  /** Origin of the API, e.g. "https://power.example". */
  url: string;
  token: string;
  /** Told with every batch, so that the server sees how far our clock is from its own. */
  nowMs: () => number;
  /** A message that this version does not understand was passed by. */
  onUnreadable: (detail: string) => void;
}

const lastSchema = z.object({ acceptedSequence: z.int().nonnegative() });
const problemSchema = z.object({ code: z.string(), detail: z.string().optional() });

function unreachable(error: unknown): GatewayError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new GatewayError("server-unreachable", cause instanceof Error ? cause.message : String(cause), {
    cause: error,
  });
}

/** The server's own words on a refusal; undefined when somebody else spoke, a proxy or another program. */
async function problemOf(response: Response): Promise<string | undefined> {
  try {
    const { code, detail } = problemSchema.parse(await response.json());
    return detail === undefined ? code : `${code}: ${detail}`;
  } catch {
    return undefined;
  }
}

/** Statuses by which the server says that this very body can never be taken. */
const REFUSING = [400, 413, 422];

/** A refusal as the failure class that fits it: who has to act, and whether trying again helps. */
async function refusal(response: Response): Promise<GatewayError> {
  const { status } = response;
  const problem = await problemOf(response);
  const detail = problem === undefined ? String(status) : `${status} ${problem}`;
  if (status === 401 || status === 403) return new GatewayError("server-denied", detail);
  if (status >= 500 || status === 408 || status === 409 || status === 429)
    return new GatewayError("server-busy", detail);
  // Only the server itself can condemn what we send; a stranger at its address must not cost samples.
  if (problem !== undefined && REFUSING.includes(status)) return new GatewayError("server-refused", detail);
  return new GatewayError("server-answer-invalid", detail);
}

async function parsed<Schema extends ZodType>(response: Response, schema: Schema): Promise<z.infer<Schema>> {
  let body: unknown;
  try {
    body = await response.json();
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new GatewayError("server-answer-invalid", "no JSON", { cause: error });
    throw unreachable(error);
  }
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new GatewayError("server-answer-invalid", z.prettifyError(result.error));
}

/** The API over HTTP. */
export function httpServer({ url, token, nowMs, onUnreadable }: HttpServerOptions): Server & BusReportTaker {
  const base = `${url.replace(/\/+$/, "")}/api/v1/gateway`;

  const call = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const signal = init.signal ?? AbortSignal.timeout(ANSWER_WITHIN_MS);
    const headers = { authorization: `Bearer ${token}`, ...init.headers };
    const response = await fetch(`${base}${path}`, { ...init, headers, signal }).catch((error: unknown) => {
      throw unreachable(error);
    });
    if (!response.ok && response.status !== 304) throw await refusal(response);
    return response;
  };

  return {
    async config(etag) {
      const response = await call("/config", etag === null ? {} : { headers: { "if-none-match": etag } });
      if (response.status === 304) return "unchanged";
      return { config: await parsed(response, gatewayConfigSchema), etag: response.headers.get("etag") };
    },
    credit: async () => parsed(await call("/credit"), creditAnswerSchema),
    lastSequence: async () => (await parsed(await call("/batches/last"), lastSchema)).acceptedSequence,
    async sendBatch(body) {
      const headers = { "content-type": "application/json", date: new Date(nowMs()).toUTCString() };
      return parsed(await call("/batches", { method: "POST", body, headers }), uplinkReplySchema);
    },
    async sendBusReport(report) {
      const headers = { "content-type": "application/json" };
      await call("/bus-reports", { method: "POST", body: JSON.stringify(report), headers });
    },
    async stream(afterSequence, events, signal) {
      const headers = { accept: "text/event-stream", "last-event-id": String(afterSequence) };
      const response = await call("/stream", { headers, signal });
      events.alive();
      await readStream(response, events, onUnreadable);
    },
    async messages(afterSequence) {
      const contents = await parsed(await call(`/messages?after=${afterSequence}`), z.array(z.unknown()));
      return readableMessages(contents, onUnreadable);
    },
  };
}

/** A newer server may say what this version does not know: that is passed by, and holds nothing up. */
function readableMessages(
  contents: readonly unknown[],
  onUnreadable: (detail: string) => void,
): DownlinkMessage[] {
  return contents.flatMap((content) => {
    const result = downlinkMessageSchema.safeParse(content);
    if (result.success) return [result.data];
    onUnreadable(z.prettifyError(result.error));
    return [];
  });
}

function jsonOf(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

async function readStream(
  response: Response,
  events: StreamEvents,
  onUnreadable: (detail: string) => void,
): Promise<void> {
  if (response.body === null) throw new GatewayError("server-answer-invalid", "a stream without a body");
  const parser = createParser({
    onEvent({ data }) {
      for (const message of readableMessages([jsonOf(data)], onUnreadable)) events.message(message);
    },
  });
  const text = response.body.pipeThrough(new TextDecoderStream());
  try {
    for await (const chunk of text) {
      events.alive();
      parser.feed(chunk);
    }
  } catch (error) {
    throw error instanceof GatewayError ? error : unreachable(error);
  }
}
