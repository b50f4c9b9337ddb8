/**
 * Takes a picture of every page at both sizes, in both themes and both languages, and lists accessibility violations, pages wider
 * than the screen, what a finger can hardly hit and errors in the page: `npx tsx scripts/look-at-pages.ts OUT`. With `--keyboard` it
 * goes through each page by keys alone and lists what they do not reach. Ends with 1 when there is any.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { accessibilityViolations } from "../tests/support/accessibility.ts";
import { findChromium, launchChromium, signedInContext } from "../tests/support/chromium.ts";
import { startTestDemonstration } from "../tests/support/demonstration.ts";
import { keyboardFaults } from "./look-at-pages/keyboard.ts";
import { LOOKS, type Look } from "./look-at-pages/looks.ts";
import { smallTargets } from "./look-at-pages/tap-targets.ts";
import { signIn } from "./start/api-client.ts";
import { HISTORY_DAYS } from "./start/run-demonstration.ts";
import type { DemoLogin } from "./start/seed.ts";

const SIZES = {
  desk: { viewport: { width: 1440, height: 900 }, hasTouch: false },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true },
} as const;
/** Pages looked at side by side; more than cores only lengthens the waits. */
const WORKERS = 2;
/** Pages are live: a picture is taken once their first data has drawn itself, charts included. */
const SETTLE_MS = 1500;

interface Place {
  origin: string;
  logins: DemoLogin[];
  close(): Promise<void>;
}

const command = new Command("look-at-pages")
  .argument("<folder>", "where the pictures go", (path: string) => resolve(path))
  .argument("[part]", "only pages whose name contains this", "")
  .option("--origin <url>", "a running site instead of one of its own; with --logins")
  .option("--logins <file>", "that site's demo-logins.json")
  .option("--size <size>", "desk or phone only")
  .option("--theme <theme>", "light or dark only")
  .option("--language <language>", "en or zh only")
  .option("--keyboard", "go through the pages by keys alone, and take no pictures")
  .parse();
const [folder = "", part = ""] = command.processedArgs as string[];
const only = command.opts<{
  origin?: string;
  logins?: string;
  size?: string;
  theme?: string;
  language?: string;
  keyboard?: boolean;
}>();

async function place(): Promise<Place> {
  if (only.origin === undefined || only.logins === undefined) {
    const site = await startTestDemonstration(HISTORY_DAYS);
    return { ...site, close: () => site.close().then(site.remove) };
  }
  const logins = JSON.parse(readFileSync(only.logins, "utf8")) as DemoLogin[];
  return { origin: only.origin, logins, close: async () => {} };
}

interface Setting {
  size: keyof typeof SIZES;
  theme: "light" | "dark";
  language: "en" | "zh";
}

const chosen = <T extends string>(all: readonly T[], one: string | undefined): T[] =>
  all.filter((value) => one === undefined || value === one);

const SETTINGS: Setting[] = chosen(["desk", "phone"] as const, only.size).flatMap((size) =>
  chosen(["light", "dark"] as const, only.theme).flatMap((theme) =>
    chosen(["en", "zh"] as const, only.language).map((language) => ({ size, theme, language })),
  ),
);

async function pathOf(site: Place, look: Look, login: DemoLogin | undefined): Promise<string> {
  if (typeof look.path === "string") return look.path;
  if (!login) throw new RangeError(`${look.name} is looked up, but nobody is signed in`);
  return look.path(await signIn(site.origin, login.login, login.password));
}

/** One for each person and setting: what a page loads is kept for the next. */
const contexts = new Map<string, Promise<BrowserContext>>();

function contextOf(
  browser: Browser,
  site: Place,
  setting: Setting,
  login: DemoLogin | undefined,
): Promise<BrowserContext> {
  const key = [login?.login, setting.size, setting.theme, setting.language].join(" ");
  const options = {
    baseURL: site.origin,
    ...SIZES[setting.size],
    colorScheme: setting.theme,
    locale: setting.language === "zh" ? "zh-CN" : "en-GB",
    reducedMotion: "reduce",
  } as const;
  const known = contexts.get(key);
  if (known !== undefined) return known;
  const opened = login ? signedInContext(browser, login, options) : browser.newContext(options);
  contexts.set(key, opened);
  return opened;
}

async function open(
  browser: Browser,
  site: Place,
  look: Look,
  setting: Setting,
  found: string[],
): Promise<Page> {
  const login = site.logins.find(({ role, room }) => role === look.role && room === look.room);
  if (look.role !== null && !login) throw new RangeError(`no login for ${look.role} ${look.room ?? ""}`);
  const page = await (await contextOf(browser, site, setting, login)).newPage();
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("401"))
      found.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => found.push(`page error: ${error.message}`));
  await page.goto(await pathOf(site, look, login));
  // By tag: an open dialogue hides the page behind it from the accessibility tree.
  await page.locator("h1", { hasText: /\S/ }).first().waitFor({ state: "attached" });
  await page.waitForTimeout(SETTLE_MS);
  if (look.act) {
    await look.act(page);
    await page.waitForTimeout(SETTLE_MS / 2);
  }
  return page;
}

const pageHeightPx = async (page: Page): Promise<number> =>
  Number(await page.evaluate("document.documentElement.scrollHeight"));

/** The whole page. Playwright's own whole page forgets that the pointer is a finger, so a phone is made as high as its page. */
async function takePicture(page: Page, size: Setting["size"], path: string): Promise<void> {
  const { viewport, hasTouch } = SIZES[size];
  if (hasTouch) await page.setViewportSize({ ...viewport, height: await pageHeightPx(page) });
  await page.screenshot({ path, fullPage: !hasTouch });
}

async function check(browser: Browser, site: Place, look: Look, setting: Setting): Promise<number> {
  const name = [look.name, setting.size, setting.theme, setting.language].join("-");
  const found: string[] = [];
  try {
    const page = await open(browser, site, look, setting, found);
    if (only.keyboard) found.push(...(await keyboardFaults(page)));
    else await lookAt(page, name, setting, found);
    await page.close();
  } catch (error) {
    found.push(String(error));
  }
  for (const line of found) process.stdout.write(`${name}: ${line}\n`);
  return found.length;
}

async function lookAt(page: Page, name: string, setting: Setting, found: string[]): Promise<void> {
  const violations = await accessibilityViolations(page);
  for (const { id, nodes } of violations)
    for (const { html, failureSummary } of nodes.slice(0, 3))
      found.push(`${id}: ${html.slice(0, 180)} | ${failureSummary?.split("\n")[1]?.trim()}`);
  const overflowPx = Number(await page.evaluate("document.documentElement.scrollWidth - window.innerWidth"));
  if (overflowPx > 0) found.push(`${overflowPx} px wider than the screen`);
  if (SIZES[setting.size].hasTouch)
    for (const target of await smallTargets(page)) found.push(`hard to tap, ${target}`);
  await takePicture(page, setting.size, join(folder, `${name}.png`));
}

const executablePath = findChromium();
if (!executablePath) throw new Error("no Chromium; set CHROMIUM_PATH");
mkdirSync(folder, { recursive: true });
const site = await place();
const browser = await launchChromium(executablePath);
const work = LOOKS.filter(({ name }) => name.includes(part)).flatMap((look) =>
  SETTINGS.map((setting) => ({ look, setting })),
);
process.stdout.write(`${work.length} pages to look at\n`);
let findings = 0;
async function worker(): Promise<void> {
  for (let next = work.shift(); next !== undefined; next = work.shift())
    findings += await check(browser, site, next.look, next.setting);
}
try {
  await Promise.all(Array.from({ length: WORKERS }, worker));
} finally {
  await browser.close();
  await site.close();
}
process.stdout.write(`${findings} findings\n`);
process.exitCode = findings > 0 ? 1 : 0;
