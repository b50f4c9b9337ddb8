import type { Page } from "playwright-core";
import { z } from "zod";

/** A task of the page's main thread: how long it took, and how much of that it ran; the rest a busy machine gave to others. */
export interface LongestTask {
  wallMs: number;
  ownMs: number;
}

/** What Chromium's scheduler tells of each task, in microseconds: the "complete" events of its trace format. */
const traceSchema = z.object({
  traceEvents: z.array(
    z.object({
      name: z.string(),
      ph: z.string(),
      pid: z.number(),
      tid: z.number(),
      dur: z.number().optional(),
      tdur: z.number().optional(),
      args: z.object({ name: z.unknown() }).partial().optional(),
    }),
  ),
});
const TASK_NAMES = ["RunTask", "ThreadControllerImpl::RunTask"];

/** The longest task of any renderer's main thread while this is done. */
export async function longestTask(page: Page, work: () => Promise<unknown>): Promise<LongestTask> {
  const browser = page.context().browser();
  if (browser === null) throw new Error("the page has no browser of its own");
  await browser.startTracing(page, { categories: ["toplevel"] });
  await work().catch(async (error: unknown) => {
    await browser.stopTracing();
    throw error;
  });
  const { traceEvents } = traceSchema.parse(JSON.parse((await browser.stopTracing()).toString()));
  const threadOf = ({ pid, tid }: { pid: number; tid: number }) => `${pid}/${tid}`;
  const mainThreads = new Set(
    traceEvents
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(threadOf),
  );
  const tasks = traceEvents.filter(
    (event) => TASK_NAMES.includes(event.name) && mainThreads.has(threadOf(event)),
  );
  if (tasks.length === 0) throw new Error("the browser's trace tells of no task");
  const longest = tasks.reduce((most, task) => ((task.dur ?? 0) > (most.dur ?? 0) ? task : most));
  return { wallMs: (longest.dur ?? 0) / 1000, ownMs: (longest.tdur ?? 0) / 1000 };
}
