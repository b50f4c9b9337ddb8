/** The main work of each role, done as it does it: in both languages, at a desk and on a phone, on the real stack. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { consoleEn } from "../../apps/admin-ui/src/i18n/console.en.ts";
import { consoleZh } from "../../apps/admin-ui/src/i18n/console.zh.ts";
import { residentZh } from "../../apps/admin-ui/src/i18n/resident.zh.ts";
import { SUBSIDISED } from "../../scripts/start/seed.ts";
import { type BrowserSite, openBrowserSite } from "../support/browser-site.ts";
import { findChromium } from "../support/chromium.ts";
import { circuitOf, whyOf } from "../support/demonstration.ts";
import { eventually } from "../support/eventually.ts";

const executablePath = findChromium();
/** A job of two households takes seconds, its meters included. */
const JOB_LIMIT_MS = 60_000;
/** "Relay confirmed closed within 3 s" of a credit, and as long again for a page to be told on a busy machine. */
const LIGHT_LIMIT_MS = 30_000;

/** A message whose holes may hold anything. */
const like = (message: string): RegExp =>
  new RegExp(
    message
      .split("||||")
      .map((form) =>
        form
          .trim()
          .split(/%\{\w+\}/)
          .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
          .join(".+"),
      )
      .join("|"),
  );

const button = (page: Page, name: string) => page.getByRole("button", { name: like(name) });

describe.skipIf(executablePath === undefined)("in a real browser", () => {
  let site: BrowserSite;

  beforeAll(async () => {
    site = await openBrowserSite(executablePath ?? "");
  });
  afterAll(() => site?.leave());

  test("the campus administrator previews a month's grant, gives it, and sees what each household got", async () => {
    const { grants } = consoleEn;
    const api = await site.as("campus-admin");
    const [{ id: siteId = "" } = {}] = await api.get<{ id: string }[]>("/sites");
    const month = new Date().toISOString().slice(0, 7);
    const { id } = await api.post<{ id: string }>("/grant-policies", {
      ...{ siteId, name: "Winter help", dayOfMonth: 1, validFrom: `${month}-01`, isAutomatic: false },
      audience: { kind: "tags", tags: [SUBSIDISED] },
      gift: { kind: "energy", wh: 1000, per: "household" },
      carry: { kind: "none" },
      expiry: { kind: "never" },
    });
    const context = await site.signedIn("campus-admin");
    const page = await context.newPage();
    await page.goto(`/grants/${id}/${month}`);
    await page.getByRole("heading", { name: grants.run.preview }).waitFor();
    expect(
      await api.get<unknown[]>(`/grant-runs?filter=${encodeURIComponent(JSON.stringify({ policyId: id }))}`),
    ).toEqual([]);
    await button(page, grants.run.give).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: like(grants.run.give) })
      .click();
    await page.getByRole("heading", { name: grants.run.results }).waitFor({ timeout: JOB_LIMIT_MS });
    await page.getByRole("progressbar", { name: grants.run.progress }).waitFor();
    await eventually("every household granted", JOB_LIMIT_MS, async () => {
      const bar = page.getByRole("progressbar", { name: grants.run.progress });
      return (await bar.getAttribute("aria-valuenow")) === "100";
    });
    await context.close();
  });

  test("a class is refunded: one asks, another approves, and every household has its statement", async () => {
    const { refunds } = consoleZh;
    const context = await site.signedIn("campus-admin", { locale: "zh-CN" });
    const page = await context.newPage();
    await page.goto("/refunds");
    await page.getByRole("link", { name: "Graduation" }).first().click();
    await button(page, refunds.approve).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: like(refunds.approve) })
      .click();
    await page.getByText(refunds.stage.settled, { exact: true }).first().waitFor({ timeout: JOB_LIMIT_MS });
    const [paper] = await Promise.all([
      page.waitForResponse((response) => response.url().includes("statement.pdf")),
      button(page, refunds.statement).first().click(),
    ]);
    expect(paper.headers()["content-type"]).toContain("application/pdf");
    await context.close();
  });

  test("maintenance acknowledges an alarm by keyboard, and shelves several at once", async () => {
    const { alarms, confirm } = consoleEn;
    const api = await site.as("maintenance");
    const open = () => api.get<{ id: string; state: string }[]>("/alarms");
    await eventually(
      "two new alarms",
      90_000,
      async () => (await open()).filter(({ state }) => state === "raised").length >= 2,
    );
    const context = await site.signedIn("maintenance");
    const page = await context.newPage();
    await page.goto("/alarms?state=raised");
    await page.locator("[data-alarm]").first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("a");
    await page.getByRole("dialog").getByRole("button", { name: alarms.acknowledge }).click();
    await eventually("it is acknowledged", JOB_LIMIT_MS, async () =>
      (await open()).some(({ state }) => state === "acknowledged"),
    );
    await page.goto("/alarms?state=all");
    await page.getByRole("checkbox", { name: alarms.selectAll }).check();
    await page.getByRole("button", { name: alarms.shelve, exact: true }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: like(confirm.reason) }).fill("Riser under repair until Monday");
    await dialog.getByRole("button", { name: alarms.shelve, exact: true }).click();
    await page.getByText(like(alarms.bulkDone)).first().waitFor();
    expect((await open()).some(({ state }) => state === "shelved")).toBe(true);
    await context.close();
  });

  test("a tariff is painted by keyboard, priced and put in force from next month", async () => {
    const { tariffs, confirm } = consoleZh;
    const context = await site.signedIn("campus-admin", { locale: "zh-CN" });
    const page = await context.newPage();
    await page.goto("/tariffs/new/paint");
    await page.getByRole("textbox", { name: like(tariffs.name) }).fill("夜间优惠");
    await button(page, tariffs.addRate).click();
    const cell = page.getByRole("gridcell").first();
    await cell.focus();
    await page.keyboard.down("Shift");
    for (let quarter = 0; quarter < 27; quarter += 1) await page.keyboard.press("ArrowRight");
    await page.keyboard.up("Shift");
    await page.keyboard.press("2");
    await page.getByText(tariffs.complete).waitFor();
    await button(page, tariffs.putInForce).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: like(confirm.reason) }).fill("夜间电量富余");
    await dialog.getByRole("button", { name: like(tariffs.putInForce) }).click();
    await page.getByText("夜间优惠").first().waitFor();
    const api = await site.as("campus-admin");
    const found = await api.get<{ name: string; tariff: { rates: unknown[] } }[]>("/tariffs");
    expect(found.find(({ name }) => name === "夜间优惠")?.tariff.rates).toHaveLength(2);
    await context.close();
  });

  test("two browsers stay in step, and say so when the connection is lost", async () => {
    const { app } = consoleEn;
    const api = await site.as("property-manager");
    const { householdId } = await circuitOf(api, "202");
    const [one, two] = await Promise.all([
      site.signedIn("property-manager"),
      site.signedIn("campus-admin", { size: "phone" }),
    ]);
    const pages = await Promise.all([one.newPage(), two.newPage()]);
    for (const page of pages) await page.goto(`/households/${householdId}/show`);
    for (const page of pages) await page.getByText(app.live.live, { exact: true }).first().waitFor();
    await api.post("/purchases", { householdId, amountMinor: 4321, method: "cash" });
    await Promise.all(
      pages.map((page) =>
        page
          .getByText(/43\.21/)
          .first()
          .waitFor(),
      ),
    );
    await one.setOffline(true);
    await pages[0]?.getByText(app.live.lost, { exact: true }).first().waitFor();
    await one.setOffline(false);
    await pages[0]?.getByText(app.live.live, { exact: true }).first().waitFor();
    await Promise.all([one.close(), two.close()]);
  });

  test("a resident in the dark pays at the sandbox, and the light comes on", async () => {
    const { topUp, tabs } = residentZh.my;
    const api = await site.as("property-manager");
    await eventually("room 105 dark", 60_000, async () => (await whyOf(api, "105")).relay === "open");
    const context = await site.signedIn("resident", {
      room: "105",
      size: "phone",
      locale: "zh-CN",
      colorScheme: "dark",
    });
    const page = await context.newPage();
    await page.goto("/my");
    await page.getByRole("link", { name: tabs.money }).click();
    await button(page, topUp.payAmount.replace(/%.*/, "")).first().waitFor();
    await page.getByRole("button", { name: /50/ }).first().click();
    await button(page, topUp.payAmount).click();
    await page.getByRole("heading", { name: /Sandbox payment/ }).waitFor();
    await page.getByRole("button", { name: /^Pay ·/ }).click();
    await page.getByRole("link", { name: /Back to your page/ }).click();
    await page.getByText(topUp.state.credited).first().waitFor({ timeout: LIGHT_LIMIT_MS });
    await eventually(
      "the light of 105",
      LIGHT_LIMIT_MS,
      async () => (await whyOf(api, "105")).relay === "closed",
    );
    await page.getByRole("heading", { name: residentZh.my.power.on }).waitFor();
    await context.close();
  });

  test("a dead bus shows as one alarm", async () => {
    const { alarmKind } = consoleEn;
    await site.parts.simulator.stop();
    const context = await site.signedIn("maintenance", { size: "phone" });
    const page = await context.newPage();
    await page.goto("/alarms");
    const buses = page.locator("[data-alarm]").filter({ hasText: alarmKind["bus-down"] });
    await eventually("both buses down", 90_000, async () => (await buses.count()) === 2);
    expect(await page.locator("[data-alarm]").filter({ hasText: alarmKind["unit-offline"] }).count()).toBe(0);
    await context.close();
  });
});
