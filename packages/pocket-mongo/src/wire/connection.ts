import type { Socket } from "node:net";
import type { Doc } from "../bson/value.ts";
import { FrameReader } from "./frames.ts";
import { type Request, readRequest, writeReply } from "./messages.ts";

export type ConnectionEvents = {
  readonly run: (body: Doc) => Promise<Doc>;
  readonly received: (bytes: number) => void;
  readonly sent: (bytes: number) => void;
  readonly closed: () => void;
};

export type Connection = {
  /** Lets the running request have its answer, for so long at most, and then closes. */
  close(graceMs: number): Promise<void>;
};

/**
 * One client. Its requests are run one after another, as MongoDB does; while one runs at most one more packet is read, so
 * a client that sends without end is held back by its own connection. The next runs when the client has taken the reply
 * before it, so that one that does not read holds one reply and no more.
 */
export function serveConnection(socket: Socket, events: ConnectionEvents): Connection {
  const frames = new FrameReader();
  const waiting: Buffer[] = [];
  let busy: Promise<void> | undefined;
  let replies = 0;
  let closing = false;

  const answer = async (message: Buffer): Promise<void> => {
    const request: Request = readRequest(message);
    const reply = await events.run(request.body);
    if (!request.wantsReply || socket.destroyed) return;
    replies += 1;
    const bytes = writeReply(request, replies, reply);
    events.sent(bytes.length);
    if (!socket.write(bytes)) await drained(socket);
  };

  const work = async (): Promise<void> => {
    for (let message = waiting.shift(); message !== undefined && !closing; message = waiting.shift()) {
      await answer(message);
    }
    busy = undefined;
    if (!closing && socket.isPaused()) socket.resume();
  };

  socket.setNoDelay(true);
  socket.on("data", (bytes: Buffer) => {
    events.received(bytes.length);
    try {
      for (const message of frames.push(bytes)) waiting.push(message);
    } catch {
      // The stream has lost its framing: nothing after this can be read.
      socket.destroy();
      return;
    }
    if (busy) {
      // It sends more before it has its answer: what comes next waits in its own socket.
      socket.pause();
      return;
    }
    if (waiting.length === 0) return;
    busy = work().catch(() => {
      busy = undefined;
      socket.destroy();
    });
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    closing = true;
    events.closed();
  });

  return {
    close: async (graceMs) => {
      closing = true;
      if (busy) await atMost(graceMs, busy);
      socket.destroy();
    },
  };
}

function atMost(ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void work.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      socket.off("drain", settle);
      socket.off("close", settle);
      resolve();
    };
    socket.on("drain", settle);
    socket.on("close", settle);
  });
}
