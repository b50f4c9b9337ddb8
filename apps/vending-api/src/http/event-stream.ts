import type { Response } from "express";
import type { Clock } from "../clock.ts";
import type { EventSink, StreamAnswer } from "./answer.ts";

/** Range 5–30 s: proxies drop silent connections after 30–60 s, and a comment costs three bytes. */
const HEARTBEAT_MS = 15_000;
/** A reader that lags by this much is cut; it comes back and resumes. Range 64 kB–4 MB. */
const MAX_UNSENT_BYTES = 1_000_000;
/** What EventSource waits before it comes back. Range 0.5–10 s: a restart of the server takes about a second. */
const RETRY_MS = 1000;

/** Serves one stream until the client leaves, the feature ends it, or the server stops. */
export function serveEventStream(
  answer: StreamAnswer,
  response: Response,
  { clock, stopping }: { clock: Clock; stopping: AbortSignal },
): void {
  response.status(200).set({
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    // nginx buffers answers otherwise.
    "X-Accel-Buffering": "no",
  });
  response.flushHeaders();
  response.write(`retry: ${RETRY_MS}\n\n`);

  let ended = false;
  let closed: () => void = () => undefined;
  const finish = () => {
    if (ended) return;
    ended = true;
    stopHeartbeat();
    stopping.removeEventListener("abort", finish);
    closed();
    response.end();
  };
  const write = (text: string) => {
    if (ended) return;
    response.write(text);
    if (response.writableLength > MAX_UNSENT_BYTES) finish();
  };
  const sink: EventSink = {
    send: (message) => write(formatEvent(message)),
    end: finish,
    get ended() {
      return ended;
    },
  };
  const stopHeartbeat = clock.every(HEARTBEAT_MS, () => write(":\n\n"));
  response.on("close", finish);
  stopping.addEventListener("abort", finish);
  closed = answer.open(sink);
  if (stopping.aborted) finish();
}

/** One event in the format of the HTML standard, 9.2.6. JSON has no line breaks, so one `data` line is enough. */
export function formatEvent({ id, event, data }: { id?: string; event?: string; data: unknown }): string {
  const head = `${id === undefined ? "" : `id: ${id}\n`}${event === undefined ? "" : `event: ${event}\n`}`;
  return `${head}data: ${JSON.stringify(data)}\n\n`;
}
