/** What the same browser takes on this machine, at this moment, for a page that does nothing of its own. */
import type { Page } from "playwright-core";
import { type LongestTask, longestTask } from "./main-thread.ts";

const BOXES = 2000;
const QUARTERS = 96;
const DAYS = 365;

/** Plain boxes, as many as there are rooms. */
export async function bareScroll(page: Page, scroll: () => Promise<unknown>): Promise<LongestTask> {
  await page.setContent(
    `<style>div{display:inline-block;width:120px;height:78px}</style>${"<div>101</div>".repeat(BOXES)}`,
  );
  return longestTask(page, scroll);
}

/** A canvas of a year of quarters from pixels that are there, until the frame after. */
export async function barePaintMs(page: Page): Promise<number> {
  await page.setContent(
    `<canvas width=${DAYS} height=${QUARTERS} style="width:1000px;height:240px"></canvas>`,
  );
  return page.evaluate<number>(`new Promise((done) => {
    const begun = performance.now();
    const context = document.querySelector("canvas").getContext("2d");
    const image = context.createImageData(${DAYS}, ${QUARTERS});
    for (let at = 0; at < image.data.length; at += 1) image.data[at] = at % 4 === 3 ? 255 : at % 251;
    context.putImageData(image, 0, 0);
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
  })`);
}
