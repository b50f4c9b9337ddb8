/**
 * Takes the README's pictures from a demonstration site of its own: `npx tsx scripts/screenshots.ts`. With a folder, every page
 * in both themes and both sizes is written there as well: `npx tsx scripts/screenshots.ts /tmp/pictures`.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { findChromium, launchChromium, signedInContext } from "../tests/support/chromium.ts";
import {
  circuitOf,
  startTestDemonstration,
  type TestDemonstration,
  whyOf,
} from "../tests/support/demonstration.ts";
import { eventually } from "../tests/support/eventually.ts";

const PICTURES = resolve(import.meta.dirname, "..", "docs", "pictures");
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** Pages are live; a picture is taken once their first data has drawn itself, charts included. */
const SETTLE_MS = 2500;
const DARK_ROOMS = ["101", "102", "103", "104", "105", "107"];
const STORY_LIMIT_MS = 180_000;

interface Picture {
  file: string;
  role: string;
  room?: string;
  path: string;
  viewport: { width: number; height: number };
  colorScheme: "light" | "dark";
  /** Typed into the page's first combobox, then Enter. */
  find?: string;
}

async function take(browser: Browser, site: TestDemonstration, picture: Picture): Promise<void> {
  const { viewport, colorScheme } = picture;
  const login = site.logins.find(({ role, room }) => role === picture.role && room === picture.room);
  if (!login) throw new RangeError(`no login for ${picture.role}`);
  const context = await signedInContext(browser, login, {
    baseURL: site.origin,
    viewport,
    colorScheme,
    locale: "en-GB",
  });
  const page = await context.newPage();
  await page.goto(picture.path);
  await page.locator("h1", { hasText: /\S/ }).first().waitFor({ state: "attached" });
  if (picture.find) {
    await page.getByRole("combobox").first().fill(picture.find);
    await page.keyboard.press("Enter");
  }
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({ path: picture.file });
  await context.close();
  process.stdout.write(`${picture.file}\n`);
}

async function pictures(site: TestDemonstration, folder: string | undefined): Promise<Picture[]> {
  const api = await site.as("property-manager");
  const circuit = await circuitOf(api, "103");
  const pages: Pick<Picture, "role" | "room" | "path" | "find">[] = [
    { role: "property-manager", path: "/" },
    { role: "property-manager", path: "/desk", find: "101" },
    { role: "maintenance", path: `/circuits/${circuit.id}/show` },
    { role: "resident", room: "103", path: "/my" },
  ];
  const names = ["board", "desk", "circuit", "my"];
  const readme = pages.map((page, index) => ({
    ...page,
    file: join(PICTURES, `${names[index]}.png`),
    viewport: page.path === "/my" ? PHONE : DESK,
    colorScheme: "light" as const,
  }));
  if (folder === undefined) return readme;
  const more: Pick<Picture, "role" | "path">[] = [
    { role: "property-manager", path: `/households/${circuit.householdId}/show` },
    { role: "maintenance", path: "/alarms" },
    { role: "maintenance", path: "/circuits" },
    { role: "administrator", path: "/households" },
    { role: "administrator", path: "/tariffs" },
    { role: "administrator", path: "/users" },
  ];
  const nameOf = (path: string) => path.split("/")[1] || "board";
  const all = [...pages, ...more].flatMap((page) =>
    (["light", "dark"] as const).flatMap((colorScheme) =>
      [DESK, PHONE].map((viewport) => ({
        ...page,
        viewport,
        colorScheme,
        file: join(folder, `${nameOf(page.path)}-${page.role}-${viewport.width}-${colorScheme}.png`),
      })),
    ),
  );
  return [...readme, ...all];
}

const executablePath = findChromium();
if (!executablePath) throw new Error("no Chromium; set CHROMIUM_PATH");
const [folder] = process.argv.slice(2);
if (folder) mkdirSync(folder, { recursive: true });
mkdirSync(PICTURES, { recursive: true });
const site = await startTestDemonstration();
const browser = await launchChromium(executablePath);
try {
  const api = await site.as("property-manager");
  for (const room of DARK_ROOMS)
    await eventually(
      `room ${room} dark`,
      STORY_LIMIT_MS,
      async () => (await whyOf(api, room)).relay === "open",
    );
  for (const picture of await pictures(site, folder)) await take(browser, site, picture);
} finally {
  await browser.close();
  await site.close();
  await site.remove();
}
