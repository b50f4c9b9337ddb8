/** Takes the README's pictures from a demonstration site of its own: `npx tsx scripts/screenshots.ts`. */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { type BrowserSite, openBrowserSite, type SIZES } from "../tests/support/browser-site.ts";
import { findChromium } from "../tests/support/chromium.ts";
import { circuitOf, whyOf } from "../tests/support/demonstration.ts";
import { eventually } from "../tests/support/eventually.ts";
import { HISTORY_DAYS } from "./start/run-demonstration.ts";

const PICTURES = resolve(import.meta.dirname, "..", "docs", "pictures");
/** Pages are live; a picture is taken once their first data has drawn itself, charts included. */
const SETTLE_MS = 3000;
/** Dark by the rules of the story, each for its own reason. */
const DARK_ROOMS = ["101", "102", "103", "104", "105", "107"];
const STORY_LIMIT_MS = 180_000;

interface Picture {
  name: string;
  role: string;
  room?: string;
  path: string;
  size?: keyof typeof SIZES;
  colorScheme?: "light" | "dark";
  locale?: string;
  act?: (page: Page) => Promise<void>;
}

async function picturesOf(site: BrowserSite): Promise<Picture[]> {
  const api = await site.as("property-manager");
  const [tripped, household] = await Promise.all([circuitOf(api, "102"), circuitOf(api, "201")]);
  const [tariff] = await api.get<{ id: string; name: string }[]>("/tariffs?sort=%5B%22name%22,%22ASC%22%5D");
  const findBuyer = async (page: Page) => {
    await page.getByRole("combobox").first().fill("101");
    await page.keyboard.press("Enter");
  };
  return [
    { name: "board", role: "property-manager", path: "/board" },
    { name: "desk", role: "property-manager", path: "/desk", act: findBuyer },
    { name: "household", role: "property-manager", path: `/households/${household.householdId}/show` },
    { name: "circuit", role: "maintenance", path: `/circuits/${tripped.id}/show` },
    { name: "network", role: "maintenance", path: "/network", colorScheme: "dark" },
    { name: "tariff", role: "campus-admin", path: `/tariffs/${tariff?.id}/paint` },
    { name: "reports", role: "property-manager", path: "/reports", locale: "zh-CN" },
    { name: "my", role: "resident", room: "103", path: "/my", size: "phone" },
    { name: "my-dark", role: "resident", room: "106", path: "/my#/use", size: "phone", colorScheme: "dark" },
  ];
}

async function take(site: BrowserSite, { name, role, path, act, ...visit }: Picture): Promise<void> {
  const context = await site.signedIn(role, visit);
  const page = await context.newPage();
  await page.goto(path);
  await page.locator("h1", { hasText: /\S/ }).first().waitFor({ state: "attached" });
  await act?.(page);
  await page.waitForTimeout(SETTLE_MS);
  const file = join(PICTURES, `${name}.png`);
  await page.screenshot({ path: file });
  await context.close();
  process.stdout.write(`${file}\n`);
}

const executablePath = findChromium();
if (!executablePath) throw new Error("no Chromium; set CHROMIUM_PATH");
mkdirSync(PICTURES, { recursive: true });
const site = await openBrowserSite(executablePath, HISTORY_DAYS);
try {
  const api = await site.as("property-manager");
  for (const room of DARK_ROOMS)
    await eventually(
      `room ${room} dark`,
      STORY_LIMIT_MS,
      async () => (await whyOf(api, room)).relay === "open",
    );
  for (const picture of await picturesOf(site)) await take(site, picture);
} finally {
  await site.leave();
}
