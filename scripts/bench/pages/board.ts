import type { Page } from "playwright-core";
import { bareScroll } from "./bare-page.ts";
import { reportLive } from "./live-gateway.ts";
import { longestTask } from "./main-thread.ts";
import type { MeasuredPage } from "./measured-page.ts";
import type { LargeStack } from "./start-stack.ts";
import { tell, tellMs, tellTask } from "./tell.ts";

const LONGEST_TASK_MS = 100;
const LOAD_MS = 3000;
const FILTER_MS = 500;
const SCROLLS = 40;
const SCROLL_PX = 700;
const FRAME_MS = 80;
const LIVE_MS = 15_000;
const SETTLE_MS = 2000;

async function scroll(page: Page): Promise<void> {
  await page.mouse.move(800, 500);
  for (let turn = 0; turn < SCROLLS; turn += 1) {
    await page.mouse.wheel(0, turn < SCROLLS / 2 ? SCROLL_PX : -SCROLL_PX);
    await page.waitForTimeout(FRAME_MS);
  }
}

export async function measureBoard(measured: MeasuredPage, { origin, site }: LargeStack): Promise<void> {
  const { page } = measured;
  const bare = await bareScroll(page, () => scroll(page));
  const tile = page.locator("button.hm-tile").first();
  const loadMs = await measured.timed(
    () => page.goto("/board"),
    () => tile.waitFor(),
  );
  tellMs("Board: address to first tile", loadMs, LOAD_MS);
  await page.waitForTimeout(SETTLE_MS);
  tell(`     ${site.circuits.length} rooms, ${await page.locator("button.hm-tile").count()} of them drawn`);
  tellTask(
    "Board: longest task while scrolling",
    await longestTask(page, () => scroll(page)),
    LONGEST_TASK_MS,
    `plain boxes ${bare.wallMs.toFixed(0)} ms`,
  );
  const stop = reportLive(origin, site);
  let traffic = { calls: 0, bytes: 0 };
  const live = await longestTask(page, async () => {
    traffic = await measured.traffic(() => page.waitForTimeout(LIVE_MS));
  });
  tellTask("Board: longest task while circuits change", live, LONGEST_TASK_MS);
  tellTask("Board: longest task while both", await longestTask(page, () => scroll(page)), LONGEST_TASK_MS);
  const reports = await stop();
  tell(
    `     ${reports} reports; in ${LIVE_MS / 1000} s ${traffic.calls} calls, ${Math.round(traffic.bytes / 1000)} kB`,
  );
  const search = page.getByRole("textbox", { name: "Find a room or name" });
  let findMs = 0;
  const find = await longestTask(page, async () => {
    const found = page.waitForFunction(
      `document.querySelectorAll("button.hm-tile").length === 1`,
      undefined,
      {
        polling: 5,
      },
    );
    findMs = await measured.timed(
      () => search.fill(`Household ${site.circuits.length - 1}`),
      () => found,
    );
  });
  tellMs("Board: a name typed to its one room", findMs, FILTER_MS);
  tellTask("Board: longest task of that", find, LONGEST_TASK_MS);
}
