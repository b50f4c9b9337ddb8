import { reportLive } from "./live-gateway.ts";
import type { MeasuredPage } from "./measured-page.ts";
import type { LargeStack } from "./start-stack.ts";
import { tell, tellMs } from "./tell.ts";

const LONGEST_TASK_MS = 100;
const LOAD_MS = 3000;
const SCROLLS = 40;
const SCROLL_PX = 700;
const FRAME_MS = 80;
const LIVE_MS = 15_000;
const SETTLE_MS = 2000;

export async function measureBoard(measured: MeasuredPage, { origin, site }: LargeStack): Promise<void> {
  const { page } = measured;
  const tile = page.locator("button.hm-tile").first();
  const loadMs = await measured.timed(
    () => page.goto("/board"),
    () => tile.waitFor(),
  );
  tellMs("Board: address to first tile", loadMs, LOAD_MS);
  await page.waitForTimeout(SETTLE_MS);
  tell(`     tiles in the page: ${await page.locator("button.hm-tile").count()}`);
  const scroll = async () => {
    await page.mouse.move(800, 500);
    for (let turn = 0; turn < SCROLLS; turn += 1) {
      await page.mouse.wheel(0, turn < SCROLLS / 2 ? SCROLL_PX : -SCROLL_PX);
      await page.waitForTimeout(FRAME_MS);
    }
  };
  tellMs("Board: longest task while scrolling", await measured.longestTaskMs(scroll), LONGEST_TASK_MS);
  const stop = reportLive(origin, site);
  const live = () => page.waitForTimeout(LIVE_MS);
  let longestMs = 0;
  const traffic = await measured.traffic(async () => {
    longestMs = await measured.longestTaskMs(live);
  });
  tellMs("Board: longest task while circuits change", longestMs, LONGEST_TASK_MS);
  const both = await measured.longestTaskMs(scroll);
  tellMs("Board: longest task while both", both, LONGEST_TASK_MS);
  const reports = await stop();
  tell(
    `     ${reports} reports; in ${LIVE_MS / 1000} s ${traffic.calls} calls, ${Math.round(traffic.bytes / 1000)} kB`,
  );
}
