import { Worker } from "node:worker_threads";
import { ApiError } from "../../errors.ts";
import type { PrintOrder } from "../paper/print-document.ts";
import type { Drawing, DrawingOrder } from "./drawing-thread.ts";

/**
 * Documents that wait for their turn. Range 10–500, default 60: at 120 to 480 ms a document the last one of them is drawn within
 * half a minute, which is as long as a browser's user waits.
 */
export const MOST_WAITING = 60;
const RETRY_AFTER_S = 10;

interface Waiting {
  order: PrintOrder;
  resolve(bytes: Buffer): void;
  reject(error: Error): void;
}

/** What a queue needs of a thread. */
export interface DrawingThread {
  post(order: DrawingOrder): void;
  /** While a document is awaited the program stays. */
  hold(isAwaited: boolean): void;
}

export type StartThread = (events: {
  onDrawing(drawing: Drawing): void;
  /** It is gone, whatever the reason. */
  onEnd(error: Error): void;
}) => DrawingThread;

export interface DrawingQueue {
  /** The document as PDF, as `printDocument` draws it. Throws `too-many-documents`; what it throws is that too. */
  draw(order: PrintOrder): Promise<Buffer>;
}

/**
 * Draws away from the event loop: a sale at the desk never waits for somebody's statement. One thread, begun with the first
 * document; when it dies, the documents that it had or that wait are refused, and the next begins another.
 */
export function drawingQueue(
  startThread: StartThread = startWorker,
  mostWaiting = MOST_WAITING,
): DrawingQueue {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let thread: DrawingThread | undefined;

  const settle = (id: number, end: (waited: Waiting) => void) => {
    const waited = waiting.get(id);
    if (!waited) return;
    waiting.delete(id);
    if (waiting.size === 0) thread?.hold(false);
    end(waited);
  };
  const start = () =>
    startThread({
      onDrawing(drawing) {
        settle(drawing.id, ({ resolve, reject }) => {
          if ("bytes" in drawing) resolve(bufferOf(drawing.bytes));
          else reject(new Error(drawing.failure));
        });
      },
      onEnd(error) {
        thread = undefined;
        for (const id of [...waiting.keys()]) settle(id, ({ reject }) => reject(error));
      },
    });

  return {
    draw: (order) =>
      new Promise((resolve, reject) => {
        if (waiting.size >= mostWaiting)
          throw new ApiError("too-many-documents", undefined, { retryAfterS: RETRY_AFTER_S });
        thread ??= start();
        lastId += 1;
        waiting.set(lastId, { order, resolve, reject });
        thread.hold(true);
        thread.post({ id: lastId, order });
      }),
  };
}

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

function startWorker({ onDrawing, onEnd }: Parameters<StartThread>[0]): DrawingThread {
  const worker = new Worker(new URL("./drawing-thread.mjs", import.meta.url));
  let isOver = false;
  const end = (error: Error) => {
    if (isOver) return;
    isOver = true;
    onEnd(error);
  };
  worker.on("message", onDrawing);
  worker.on("error", end);
  worker.on("exit", (code) => end(new Error(`the thread that draws documents ended with code ${code}`)));
  return {
    post: (order) => worker.postMessage(order),
    hold: (isAwaited) => (isAwaited ? worker.ref() : worker.unref()),
  };
}
