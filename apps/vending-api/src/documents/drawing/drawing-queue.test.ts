import { describe, expect, it } from "vitest";
import { DOCUMENT_KINDS } from "../kinds/document-kinds.ts";
import { type PrintOrder, printDocument } from "../paper/print-document.ts";
import { SAMPLE_FACTS } from "../testing/sample-facts.ts";
import { type DrawingThread, drawingQueue, type StartThread } from "./drawing-queue.ts";

function orderOf(copy = 0): PrintOrder {
  const { read, paper } = DOCUMENT_KINDS.receipt;
  const facts = read(SAMPLE_FACTS.receipt);
  return {
    composition: facts.compose("zh"),
    siteName: facts.place.siteName,
    seal: { number: "RC-000123", code: "7K2M-9QXA-04TZ" },
    copy,
    createdAt: new Date(facts.at),
    language: "zh",
    paper,
  };
}

/** A thread takes its time to begin, the more so on a busy machine. */
const THREAD_LIMIT_MS = 120_000;

describe("the thread", { timeout: THREAD_LIMIT_MS }, () => {
  const queue = drawingQueue();

  it("draws the same bytes as the program itself, each for who asked", async () => {
    const [first, copy] = await Promise.all([queue.draw(orderOf()), queue.draw(orderOf(1))]);
    expect(first.equals(await printDocument(orderOf()))).toBe(true);
    expect(copy.equals(await printDocument(orderOf(1)))).toBe(true);
  });

  it("tells why a document can't be drawn, and draws the next", async () => {
    const broken = { ...orderOf(), paper: "no such paper" as never };
    await expect(queue.draw(broken)).rejects.toThrow(/height|undefined/);
    expect((await queue.draw(orderOf())).subarray(0, 5).toString()).toBe("%PDF-");
  });
});

/** A thread that draws when it is told to. */
function fakeThreads() {
  const threads: { posted: number[]; held: boolean; events: Parameters<StartThread>[0] }[] = [];
  const start: StartThread = (events): DrawingThread => {
    const thread = { posted: [] as number[], held: false, events };
    threads.push(thread);
    return {
      post: ({ id }) => thread.posted.push(id),
      hold: (isAwaited) => {
        thread.held = isAwaited;
      },
    };
  };
  return { threads, start };
}
const bytes = new Uint8Array([1]);

describe("the queue", () => {
  it("refuses what would wait too long, and takes again when there is room", async () => {
    const { threads, start } = fakeThreads();
    const queue = drawingQueue(start, 2);
    const first = queue.draw(orderOf());
    const second = queue.draw(orderOf());
    await expect(queue.draw(orderOf())).rejects.toMatchObject({
      code: "too-many-documents",
      failureClass: "transient",
    });
    threads[0]?.events.onDrawing({ id: 1, bytes });
    expect(await first).toEqual(Buffer.from(bytes));
    const third = queue.draw(orderOf());
    threads[0]?.events.onDrawing({ id: 3, bytes });
    threads[0]?.events.onDrawing({ id: 2, bytes });
    await Promise.all([second, third]);
    expect(threads).toHaveLength(1);
  });

  it("keeps the program alive only while somebody waits", async () => {
    const { threads, start } = fakeThreads();
    const waits = drawingQueue(start).draw(orderOf());
    expect(threads[0]?.held).toBe(true);
    threads[0]?.events.onDrawing({ id: 1, bytes });
    await waits;
    expect(threads[0]?.held).toBe(false);
  });

  it("refuses what a dead thread had, and begins another", async () => {
    const { threads, start } = fakeThreads();
    const queue = drawingQueue(start);
    const lost = [queue.draw(orderOf()), queue.draw(orderOf())];
    threads[0]?.events.onEnd(new Error("out of memory"));
    for (const one of lost) await expect(one).rejects.toThrow("out of memory");
    const next = queue.draw(orderOf());
    threads[1]?.events.onDrawing({ id: 3, bytes });
    expect(await next).toEqual(Buffer.from(bytes));
  });
});
