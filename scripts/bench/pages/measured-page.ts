import type { BrowserContext, Page } from "playwright-core";

/** A page of the console whose waiting and traffic are measured. */
export interface MeasuredPage {
  page: Page;
  /** Milliseconds from the act until its outcome is on the screen. */
  timed(act: () => Promise<unknown>, outcome: () => Promise<unknown>): Promise<number>;
  /** Calls of the API while this is done, and what they weighed. */
  traffic(work: () => Promise<unknown>): Promise<{ calls: number; bytes: number }>;
}

export async function measuredPage(context: BrowserContext): Promise<MeasuredPage> {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  const apiCalls = new Set<string>();
  let calls = 0;
  let bytes = 0;
  session.on("Network.requestWillBeSent", ({ requestId, request }) => {
    if (new URL(request.url).pathname.startsWith("/api/")) apiCalls.add(requestId);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (!apiCalls.has(requestId)) return;
    calls += 1;
    bytes += encodedDataLength;
  });
  return {
    page,
    async timed(act, outcome) {
      const begun = performance.now();
      await act();
      await outcome();
      return performance.now() - begun;
    },
    async traffic(work) {
      const before = { calls, bytes };
      await work();
      return { calls: calls - before.calls, bytes: bytes - before.bytes };
    },
  };
}
