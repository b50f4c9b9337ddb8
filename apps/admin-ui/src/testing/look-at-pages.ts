import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import AxeBuilder from "@axe-core/playwright";
import { type Browser, chromium, type Page } from "playwright-core";
import { preview } from "vite";

/**
 * Takes a screenshot of every page of the built console and resident's page against the imagined site, and lists axe
 * violations: `npx tsx apps/admin-ui/src/testing/look-at-pages.ts OUT [name part]`. Exits 1 when there is any.
 */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } } as const;
const THEMES = ["light", "dark"] as const;
const LOCALES = ["en", "zh"] as const;
const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Pages looked at side by side; more than cores only lengthens the waits. */
const WORKERS = 3;

interface Look {
  name: string;
  path: string;
  /** Null looks at the page signed out. */
  login: string | null;
  act?: (page: Page) => Promise<void>;
}

const CONSOLE_LOOKS: readonly Look[] = [
  { name: "login", path: "/", login: null },
  { name: "board", path: "/", login: "admin" },
  { name: "board-room", path: "/?room=u6", login: "maint" },
  {
    name: "board-empty-filter",
    path: "/",
    login: "admin",
    act: (page) => page.getByRole("textbox").first().fill("zzz"),
  },
  { name: "desk", path: "/desk", login: "desk", act: (page) => page.getByRole("combobox").fill("10") },
  { name: "desk-buyer", path: "/desk?household=h0", login: "desk" },
  {
    name: "desk-sold",
    path: "/desk?household=h1",
    login: "desk",
    act: async (page) => {
      await page.getByRole("textbox").first().fill("50");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { level: 2 }).first().waitFor();
      await page.waitForTimeout(800);
    },
  },
  { name: "household", path: "/households/h0/show", login: "admin" },
  { name: "circuit", path: "/circuits/c6/show", login: "maint" },
  { name: "circuit-three-phase", path: "/circuits/c28/show", login: "admin" },
  {
    name: "circuit-confirm",
    path: "/circuits/c10/show",
    login: "maint",
    act: (page) => page.locator("[role=group] button").first().click(),
  },
  {
    name: "alarms",
    path: "/alarms",
    login: "maint",
    act: (page) => page.locator("button[aria-expanded]").nth(3).click(),
  },
  { name: "households", path: "/households", login: "admin" },
  { name: "circuits", path: "/circuits", login: "admin" },
  { name: "tariffs", path: "/tariffs", login: "campus" },
  { name: "users", path: "/users", login: "admin" },
  { name: "denied", path: "/desk", login: "maint" },
];
const RESIDENT_LOOKS: readonly Look[] = [
  { name: "my-login", path: "/my", login: null },
  { name: "my-on", path: "/my", login: "r201" },
  { name: "my-off", path: "/my", login: "r101" },
  { name: "my-reminder", path: "/my", login: "r105" },
];

type Setting = { size: keyof typeof SIZES; theme: (typeof THEMES)[number]; locale: (typeof LOCALES)[number] };

async function open(browser: Browser, origin: string, look: Look, setting: Setting): Promise<Page> {
  const context = await browser.newContext({
    viewport: SIZES[setting.size],
    colorScheme: setting.theme,
    locale: setting.locale === "zh" ? "zh-CN" : "en-GB",
    reducedMotion: "reduce",
    baseURL: origin,
  });
  if (look.login !== null) {
    await context.addInitScript(() => localStorage.setItem("hallmeter.signed-in", "yes"));
    const answer = await context.request.post("/api/v1/auth/login", {
      data: { login: look.login, password: "hallmeter" },
    });
    if (!answer.ok()) throw new Error(`cannot sign in as ${look.login}`);
  }
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("401"))
      console.log(`  console (${look.name}): ${message.text()}`);
  });
  page.on("pageerror", (error) => console.log(`  page error (${look.name}): ${error.message}`));
  await page.goto(look.path);
  // By tag: an open dialogue hides the page behind it from the accessibility tree.
  await page.locator("h1").first().waitFor({ state: "attached" });
  await page.waitForTimeout(900);
  await look.act?.(page);
  await page.waitForTimeout(500);
  return page;
}

const [out = "/tmp/hallmeter-pages", part = ""] = process.argv.slice(2);
await mkdir(out, { recursive: true });
const server = await preview({
  root: ROOT,
  configFile: join(ROOT, "vite.config.ts"),
  preview: { port: 0, host: "127.0.0.1" },
});
const origin = server.resolvedUrls?.local[0] ?? "";
if (origin === "") throw new Error("the preview server has no address");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
  args: CHROMIUM_ARGS,
});

async function check(look: Look, setting: Setting): Promise<number> {
  const page = await open(browser, origin, look, setting);
  const name = [look.name, setting.size, setting.theme, setting.locale].join("-");
  await page.screenshot({ path: join(out, `${name}.png`), fullPage: false });
  const { violations } = await new AxeBuilder({ page }).analyze();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (overflow > 0) console.log(`${name}: ${overflow} px wider than the screen`);
  for (const { id, nodes } of violations) {
    console.log(`${name}: ${id} × ${nodes.length}`);
    for (const { html, failureSummary } of nodes.slice(0, 3))
      console.log(`    ${html.slice(0, 180)} | ${failureSummary?.split("\n")[1]?.trim()}`);
  }
  await page.context().close();
  return violations.reduce((sum, { nodes }) => sum + nodes.length, 0) + (overflow > 0 ? 1 : 0);
}

const work = [...CONSOLE_LOOKS, ...RESIDENT_LOOKS]
  .filter(({ name }) => name.includes(part))
  .flatMap((look) =>
    (Object.keys(SIZES) as (keyof typeof SIZES)[]).flatMap((size) =>
      THEMES.flatMap((theme) => LOCALES.map((locale) => ({ look, setting: { size, theme, locale } }))),
    ),
  );
let violations = 0;
async function worker(): Promise<void> {
  for (let next = work.shift(); next !== undefined; next = work.shift())
    violations += await check(next.look, next.setting);
}
await Promise.all(Array.from({ length: WORKERS }, worker));
await browser.close();
await server.close();
console.log(`${violations} violations`);
process.exitCode = violations > 0 ? 1 : 0;
