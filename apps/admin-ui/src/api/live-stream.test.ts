import { describe, expect, it } from "vitest";
import { type Change, type LiveState, openLiveStream, SILENCE_LIMIT_MS, splitEvents } from "./live-stream.ts";

describe("splitEvents", () => {
  it("reads id, event and data, and leaves a half event for the next chunk", () => {
    const { events, rest } = splitEvents(
      ': hello\n\nid: 7\nevent: change\ndata: {"a":1}\n\nid: 8\nevent: cha',
    );
    expect(events).toEqual([{ id: "7", event: "change", data: '{"a":1}' }]);
    expect(rest).toBe("id: 8\nevent: cha");
  });

  it("joins data lines and takes CRLF", () => {
    expect(splitEvents("data: a\r\ndata:b\r\n\r\n").events).toEqual([{ event: "message", data: "a\nb" }]);
  });
});

/** Resolves what is pending without waiting for time. */
const settle = async () => {
  for (let turn = 0; turn < 40; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

function wire() {
  const states: LiveState[] = [];
  const changes: Change[] = [];
  const timers: { task: () => void; delayMs: number; live: boolean }[] = [];
  const connections: {
    headers: Headers;
    send: (text: string) => void;
    end: () => void;
    fail: () => void;
    aborted: () => boolean;
  }[] = [];
  let gaps = 0;
  let tickets = 0;
  const stream = openLiveStream(
    {
      random: () => 0.5,
      setTimer: (task, delayMs) => {
        const timer = { task, delayMs, live: true };
        timers.push(timer);
        return () => {
          timer.live = false;
        };
      },
      request: async () => {
        tickets += 1;
        return Response.json({ ticket: `t${tickets}`, expiresInS: 30 });
      },
      fetch: async (_url, init) => {
        let controls: ReadableStreamDefaultController<Uint8Array> | undefined;
        const body = new ReadableStream<Uint8Array>({
          start: (controller) => {
            controls = controller;
          },
        });
        init?.signal?.addEventListener("abort", () => controls?.error(new DOMException("", "AbortError")));
        connections.push({
          headers: new Headers(init?.headers),
          send: (text) => controls?.enqueue(new TextEncoder().encode(text)),
          end: () => controls?.close(),
          fail: () => controls?.error(new TypeError("network error")),
          aborted: () => init?.signal?.aborted ?? false,
        });
        return new Response(body);
      },
    },
    {
      onChange: (change) => changes.push(change),
      onState: (state) => states.push(state),
      onGap: () => {
        gaps += 1;
      },
    },
  );
  const fire = (delayMs: number) => {
    const timer = timers.find((candidate) => candidate.live && candidate.delayMs === delayMs);
    if (timer === undefined) throw new Error(`no timer of ${delayMs} ms runs`);
    timer.live = false;
    timer.task();
  };
  return { stream, states, changes, connections, fire, gaps: () => gaps, tickets: () => tickets };
}

describe("openLiveStream", () => {
  it("delivers changes, then resumes after the server's end with a new ticket and the last id", async () => {
    const { stream, states, changes, connections, fire, gaps, tickets } = wire();
    await settle();
    connections[0]?.send('id: 41\nevent: change\ndata: {"resource":"circuits","id":"c1"}\n\n');
    await settle();
    expect(changes).toEqual([{ resource: "circuits", id: "c1" }]);
    expect(states).toEqual(["connecting", "live"]);

    connections[0]?.end();
    await settle();
    fire(500);
    await settle();
    expect(states).not.toContain("lost");
    expect(tickets()).toBe(2);
    expect(connections[1]?.headers.get("Last-Event-ID")).toBe("41");
    expect(gaps()).toBe(0);
    connections[1]?.send("id: 90\nevent: reset\ndata: {}\n\n");
    await settle();
    expect(gaps()).toBe(1);
    stream.close();
  });

  it("asks for everything again when it never learnt where to resume", async () => {
    const { stream, connections, fire, gaps } = wire();
    await settle();
    connections[0]?.end();
    await settle();
    fire(500);
    await settle();
    expect(gaps()).toBe(1);
    stream.close();
  });

  it("says lost when a wire breaks, and live again once it is back", async () => {
    const { stream, states, connections, fire } = wire();
    await settle();
    connections[0]?.fail();
    await settle();
    expect(states.at(-1)).toBe("lost");
    fire(500);
    await settle();
    expect(states.at(-1)).toBe("live");
    stream.close();
  });

  it("takes a silent wire for dead", async () => {
    const { stream, states, connections, fire } = wire();
    await settle();
    connections[0]?.send(": heartbeat\n\n");
    await settle();
    fire(SILENCE_LIMIT_MS);
    await settle();
    expect(connections[0]?.aborted()).toBe(true);
    expect(states.at(-1)).toBe("lost");
    stream.close();
  });

  it("says lost at once when it is told that the network is gone, and is back as soon as the network is", async () => {
    const { stream, states, connections } = wire();
    await settle();
    stream.drop();
    await settle();
    expect(states.at(-1)).toBe("lost");
    stream.hurry();
    await settle();
    expect(states.at(-1)).toBe("live");
    expect(connections).toHaveLength(2);
    stream.hurry();
    await settle();
    expect(connections).toHaveLength(2);
    stream.close();
  });

  it("stays closed", async () => {
    const { stream, states, connections } = wire();
    await settle();
    stream.close();
    await settle();
    expect(connections).toHaveLength(1);
    expect(states).toEqual(["connecting", "live"]);
  });
});
