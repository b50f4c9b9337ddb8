/** The real pages on the real stack: a sale at the Desk lights a dark room, and every page is accessible. */
import AxeBuilder from "@axe-core/playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserSite, openBrowserSite, PAGE_LIMIT_MS, SIZES, tileOf } from "../support/browser-site.ts";
import { findChromium } from "../support/chromium.ts";
import { circuitOf, whyOf } from "../support/demonstration.ts";
import { eventually } from "../support/eventually.ts";

const executablePath = findChromium();
/** "Relay confirmed closed within 3 s", and a second for the page to be told. */
const LIGHT_LIMIT_MS = 4000;

describe.skipIf(executablePath === undefined)("in a real browser", () => {
  let site: BrowserSite;

  beforeAll(async () => {
    site = await openBrowserSite(executablePath ?? "");
  });
  afterAll(() => site?.leave());

  test("credit sold at the Desk turns the tile of a dark room on", async () => {
    const api = await site.as("property-manager");
    await eventually("room 105 dark", 60_000, async () => (await whyOf(api, "105")).relay === "open");

    const context = await site.browser.newContext({
      baseURL: site.origin,
      viewport: SIZES.desk,
      locale: "en-GB",
    });
    context.setDefaultTimeout(PAGE_LIMIT_MS);
    const board = await context.newPage();
    await board.goto("/board");
    const { login, password } = site.loginOf("property-manager");
    await board.getByRole("textbox", { name: "Login" }).fill(login);
    await board.getByLabel("Password").fill(password);
    await board.keyboard.press("Enter");
    await tileOf(board, "105").waitFor();
    await eventually("the tile of 105 off", PAGE_LIMIT_MS, async () => {
      return (await tileOf(board, "105").getAttribute("data-state")) === "off";
    });

    const desk = await context.newPage();
    await desk.goto("/desk");
    await desk.getByRole("combobox").fill("105");
    await desk.keyboard.press("Enter");
    await desk.getByRole("textbox", { name: /amount/i }).fill("50");
    await desk.keyboard.press("Enter");

    await eventually("the light of 105", LIGHT_LIMIT_MS + PAGE_LIMIT_MS, async () => {
      return (await tileOf(board, "105").getAttribute("data-state")) === "on";
    });
    const { householdId } = await circuitOf(api, "105");
    const [newest] = await api.get<{ amountMinor: number }[]>(
      `/purchases?filter=${encodeURIComponent(JSON.stringify({ householdId }))}`,
    );
    expect(newest).toMatchObject({ amountMinor: 5000 });
    await context.close();
  });

  test("the technician signs in at the gateway, sees frames pass and tests a relay", async () => {
    const context = await site.browser.newContext({
      baseURL: site.gatewayOrigin,
      viewport: SIZES.phone,
      colorScheme: "dark",
      locale: "en-GB",
    });
    context.setDefaultTimeout(PAGE_LIMIT_MS);
    const page = await context.newPage();
    const wrong: string[] = [];
    const look = async (view: string) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id, nodes } of violations) wrong.push(`${view}: ${id} ${nodes[0]?.html}`);
      const width = await page.evaluate("document.documentElement.scrollWidth");
      if (width !== SIZES.phone.width) wrong.push(`${view}: ${width} px wide`);
    };
    await page.goto("/");
    const { login, password } = site.loginOf("gateway");
    await page.getByRole("textbox", { name: "Login" }).fill(login);
    await page.getByLabel("Password").fill("not the password");
    await page.keyboard.press("Enter");
    await page.getByText("Login or password is wrong.").waitFor();
    await look("sign in");
    await page.getByLabel("Password").fill(password);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "203", exact: true }).waitFor();
    await look("buses");

    await page.getByRole("link", { name: "Frames" }).click();
    await page
      .getByText(/voltageDv \d+\.\d V/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText(/Paused; [1-9]\d* newer frames wait/).waitFor();
    await look("frames");

    await page.getByRole("link", { name: "Circuits" }).click();
    await page.getByRole("searchbox").fill("203");
    await page.getByRole("link", { name: "203", exact: true }).click();
    await page.getByRole("img", { name: /^Phase angles/ }).waitFor();
    await page.getByRole("textbox", { name: "Type 203 to confirm" }).fill("203");
    await page.getByRole("button", { name: "Open and close" }).click();
    await page.getByText("Open. It closes in a few seconds").waitFor();
    await page.getByRole("heading", { name: "Relay: open" }).waitFor();
    await look("circuit");
    await page.getByText("Passed: the relay opened and closed.").waitFor();
    expect(wrong).toEqual([]);
    await context.close();
  });

  describe.each([
    ["desk", "light", "en-GB"],
    ["phone", "dark", "zh-CN"],
  ] as const)("at %s size, %s, %s", (size, colorScheme, locale) => {
    test("no page has an accessibility violation or is wider than the screen", async () => {
      const api = await site.as("property-manager");
      const circuit = await circuitOf(api, "103");
      const looks: { role: string; room?: string; paths: string[] }[] = [
        {
          role: "property-manager",
          paths: [
            "/",
            "/board",
            "/desk",
            `/households/${circuit.householdId}/show`,
            `/circuits/${circuit.id}/show`,
          ],
        },
        { role: "maintenance", paths: ["/alarms", "/circuits"] },
        { role: "administrator", paths: ["/households", "/tariffs", "/users"] },
        { role: "resident", room: "107", paths: ["/my"] },
      ];
      const wrong: string[] = [];
      for (const { role, room, paths } of looks) {
        const context = await site.signedIn(role, { size, colorScheme, locale, ...(room ? { room } : {}) });
        for (const path of paths) {
          const page = await context.newPage();
          await page.goto(path);
          // The heading gets its words with the page's first data.
          await page.locator("h1", { hasText: /\S/ }).first().waitFor({ state: "attached" });
          const { violations } = await new AxeBuilder({ page }).analyze();
          for (const { id, nodes } of violations) wrong.push(`${path}: ${id} at ${nodes[0]?.html}`);
          const excess = await page.evaluate<number>(
            "document.documentElement.scrollWidth - window.innerWidth",
          );
          if (excess > 0) wrong.push(`${path}: ${excess} px wider than the screen`);
          await page.close();
        }
        await context.close();
      }
      expect(wrong).toEqual([]);
    });
  });

  test("the resident of 104 reads why the power is off and who ends it", async () => {
    const api = await site.as("property-manager");
    await eventually("room 104 dark", 60_000, async () => (await whyOf(api, "104")).relay === "open");
    const context = await site.signedIn("resident", { room: "104", size: "phone" });
    const page = await context.newPage();
    await page.goto("/my");
    await page
      .getByText(/Store room hours/)
      .first()
      .waitFor();
    await context.close();
  });
});
