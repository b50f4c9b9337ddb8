/**
 * How the console's pages behave on a large site: the real stack, a real Chromium, 2,000 rooms that report each second, a year of
 * 15-minute values, 100,000 alarms.
 *
 *   npx tsx scripts/bench/pages.ts --data FOLDER [--rooms 2000] [--days 31] [--alarms 100000] [--only board,year,inbox,reports]
 *
 * FOLDER keeps the site for the next run. Each line is a goal beside what was measured; a machine that does other things at the
 * same time shows in every figure.
 */
import { resolve } from "node:path";
import { Command } from "commander";
import { findChromium, launchChromium, signedInContext } from "../../tests/support/chromium.ts";
import { measureBoard } from "./pages/board.ts";
import { measureInbox } from "./pages/inbox.ts";
import { measuredPage } from "./pages/measured-page.ts";
import { measureReports } from "./pages/reports.ts";
import { startStack } from "./pages/start-stack.ts";
import { tell } from "./pages/tell.ts";
import { measureYear } from "./pages/year.ts";

const PARTS = { board: measureBoard, year: measureYear, inbox: measureInbox, reports: measureReports };

const options = new Command("pages")
  .requiredOption("--data <folder>", "keeps the site for the next run")
  .option("--rooms <count>", "rooms of the site", "2000")
  .option("--days <count>", "days of sales and use", "31")
  .option("--alarms <count>", "alarms in the inbox", "100000")
  .option("--only <parts>", "of board, year, inbox and reports")
  .parse()
  .opts<{ data: string; rooms: string; days: string; alarms: string; only?: string }>();

const executablePath = findChromium();
if (executablePath === undefined) throw new Error("no Chromium was found; CHROMIUM_PATH may name one");
const stack = await startStack({
  folder: resolve(options.data),
  rooms: Number(options.rooms),
  days: Number(options.days),
  alarms: Number(options.alarms),
  print: tell,
});
const browser = await launchChromium(executablePath);
try {
  const context = await signedInContext(browser, stack.site.administrator, {
    baseURL: stack.origin,
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    // What waits for a drawing is written into the page, which the console's own policy refuses.
    bypassCSP: true,
  });
  context.setDefaultTimeout(180_000);
  for (const [name, measure] of Object.entries(PARTS)) {
    if (options.only !== undefined && !options.only.split(",").includes(name)) continue;
    const measured = await measuredPage(context);
    await measure(measured, stack);
    await measured.page.close();
  }
} finally {
  await browser.close();
  await stack.close();
}
