import type { ApiRequest } from "./request.ts";

export interface Change {
  resource: string;
  id: string;
  siteId?: string;
  at?: string;
}

/** connecting: not yet · live: what is shown follows the server · lost: it may be old. */
export type LiveState = "connecting" | "live" | "lost";

/** The server sends a comment every 15 s; two and a half of those without a byte, and the wire is taken for dead. */
export const SILENCE_LIMIT_MS = 40_000;
/** Wait before each new attempt; the last one repeats. Random ±25 % keeps a hall's consoles from returning together. */
export const RECONNECT_DELAYS_MS = [500, 1000, 2000, 5000, 10_000, 20_000] as const;

export interface LiveStreamDeps {
  request: ApiRequest;
  fetch: typeof fetch;
  random: () => number;
  setTimer: (task: () => void, delayMs: number) => () => void;
}

export interface LiveStreamListener {
  onChange(change: Change): void;
  onState(state: LiveState): void;
  /** A gap that could not be resumed may have hidden changes: everything shown is to be read again. */
  onGap(): void;
}

/** One event of `text/event-stream`, as far as it is used here. */
export interface ServerEvent {
  id?: string;
  event: string;
  data: string;
}

/** Cuts a text stream into events (HTML standard §9.2.6); returns what is left over for the next chunk. */
export function splitEvents(text: string): { events: ServerEvent[]; rest: string } {
  const blocks = text.replaceAll("\r\n", "\n").split("\n\n");
  const rest = blocks.pop() ?? "";
  const events: ServerEvent[] = [];
  for (const block of blocks) {
    const event: ServerEvent = { event: "message", data: "" };
    const data: string[] = [];
    for (const line of block.split("\n")) {
      if (line.startsWith(":") || line === "") continue;
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "data") data.push(value);
      else if (field === "event") event.event = value;
      else if (field === "id") event.id = value;
    }
    if (data.length > 0 || event.id !== undefined) events.push({ ...event, data: data.join("\n") });
  }
  return { events, rest };
}

export interface LiveStream {
  /** The network is gone: a wire that is still open would only be found dead by its silence. */
  drop(): void;
  /** The network is back: what waits for its next attempt makes it now. */
  hurry(): void;
  close(): void;
}

/**
 * Follows `GET /stream` until closed. It reads by fetch and not by EventSource, because every connection needs a fresh
 * ticket while resuming needs Last-Event-ID, and because EventSource hides the heartbeats that tell a dead wire.
 */
export function openLiveStream(deps: LiveStreamDeps, listener: LiveStreamListener): LiveStream {
  let closed = false;
  let lastEventId: string | undefined;
  let attempt = 0;
  let everLive = false;
  let controller = new AbortController();
  let cancelWait = () => {};
  let isWaiting = false;

  function take(event: ServerEvent): void {
    if (event.id !== undefined) lastEventId = event.id;
    if (event.event === "reset") listener.onGap();
    if (event.event !== "change") return;
    try {
      listener.onChange(JSON.parse(event.data) as Change);
    } catch {
      // An event that cannot be read may have been any change.
      listener.onGap();
    }
  }

  async function follow(): Promise<void> {
    const answer = await deps.request("/stream-tickets", {
      method: "POST",
      body: {},
      signal: controller.signal,
    });
    const { ticket } = (await answer.json()) as { ticket: string };
    const resume = lastEventId;
    const response = await deps.fetch(`/api/v1/stream?ticket=${encodeURIComponent(ticket)}`, {
      headers: { Accept: "text/event-stream", ...(resume !== undefined && { "Last-Event-ID": resume }) },
      credentials: "same-origin",
      cache: "no-store",
      signal: controller.signal,
    });
    if (!response.ok || response.body === null) throw new TypeError(`the stream answered ${response.status}`);
    listener.onState("live");
    if (everLive && resume === undefined) listener.onGap();
    everLive = true;

    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let buffered = "";
    for (;;) {
      const cancelSilence = deps.setTimer(() => controller.abort(), SILENCE_LIMIT_MS);
      const { done, value } = await reader.read().finally(cancelSilence);
      // The server ends every stream after a while, so that rights are looked at again; that is no loss.
      if (done) return;
      attempt = 0;
      const { events, rest } = splitEvents(buffered + value);
      buffered = rest;
      for (const event of events) take(event);
    }
  }

  function run(): void {
    isWaiting = false;
    controller = new AbortController();
    follow()
      // Whatever failed, the answer is the same: say so, wait, connect again.
      .catch(() => {
        if (!closed) listener.onState("lost");
      })
      .then(() => {
        if (closed) return;
        const delayMs = RECONNECT_DELAYS_MS[Math.min(attempt, RECONNECT_DELAYS_MS.length - 1)] ?? 20_000;
        attempt += 1;
        isWaiting = true;
        cancelWait = deps.setTimer(run, delayMs * (0.75 + deps.random() / 2));
      });
  }

  listener.onState("connecting");
  run();
  return {
    drop: () => controller.abort(),
    hurry: () => {
      if (!isWaiting || closed) return;
      cancelWait();
      attempt = 0;
      run();
    },
    close: () => {
      closed = true;
      cancelWait();
      controller.abort();
    },
  };
}

export const browserTimer = (task: () => void, delayMs: number): (() => void) => {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
};
