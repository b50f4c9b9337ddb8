/** A card's life at the desk: real pages, real API, and the desk's own reader with cards that are files. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { consoleEn } from "../../apps/admin-ui/src/i18n/console.en.ts";
import { type CardService, newPairingCode, startCardService } from "../../scripts/parts/card-service.ts";
import { type BrowserSite, openBrowserSite } from "../support/browser-site.ts";
import { findChromium } from "../support/chromium.ts";
import { circuitOf } from "../support/demonstration.ts";

const executablePath = findChromium();
const { cards, confirm, tills } = consoleEn;

const LOST = "04a1b2c3d4e5f6";
const NEXT = "04a1b2c3d4e5f7";

const like = (message: string): RegExp =>
  new RegExp(message.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/%\{\w+\}/g, ".+"));
const inDialog = (page: Page) => page.getByRole("dialog");

describe.skipIf(executablePath === undefined)("in a real browser", () => {
  let site: BrowserSite;
  let service: CardService;
  let cardFile: string;
  const code = newPairingCode();

  beforeAll(async () => {
    site = await openBrowserSite(executablePath ?? "");
    cardFile = join(site.dataFolder, "card.json");
    service = await startCardService({ reader: `file:${cardFile}`, origin: site.origin, code, port: 0 });
  });
  afterAll(async () => {
    await service?.close();
    await site?.leave();
  });

  const drawer = new Map<string, string>();
  let onReader: string | undefined;
  /** Takes what lies on the reader away, and lays a chip down as it was last seen; at first it is blank. */
  async function layDown(uid: string): Promise<void> {
    if (onReader !== undefined) drawer.set(onReader, await readFile(cardFile, "utf8"));
    await writeFile(cardFile, drawer.get(uid) ?? JSON.stringify({ uid, memory: "" }));
    onReader = uid;
  }

  test("a card is issued, sold onto, read, blocked, replaced and settled", async () => {
    const api = await site.as("property-manager");
    const { householdId } = await circuitOf(api, "205");
    const context = await site.signedIn("property-manager");
    const page = await context.newPage();
    const act = (name: string) => page.getByRole("button", { name, exact: true }).click();
    const submit = (name: string | RegExp) => inDialog(page).getByRole("button", { name }).click();

    await layDown(LOST);
    await page.goto("/cards");
    await act(cards.reader.connect);
    await inDialog(page)
      .getByRole("textbox", { name: like(cards.reader.code) })
      .fill(code.toLowerCase());
    await inDialog(page)
      .getByRole("textbox", { name: like(cards.reader.port) })
      .fill(String(service.port));
    await submit(cards.reader.connectNow);
    await page.getByText(like(cards.reader.connected)).waitFor();

    await page.goto(`/households/${householdId}/show`);
    await act(cards.issue);
    await submit(cards.issueNow);
    await page.getByRole("heading", { name: "04 A1 B2 C3 D4 E5 F6" }).waitFor();

    await act(cards.topUp);
    await inDialog(page)
      .getByRole("textbox", { name: like(tills.amount) })
      .fill("50");
    await submit(/50/);
    await page.getByText("1 sold · 1 shown by the card · 0 taken by the meter").waitFor();
    await act(cards.read);
    await page.getByText(cards.upToDate).waitFor();

    await act(cards.block);
    await inDialog(page)
      .getByRole("textbox", { name: like(confirm.reason) })
      .fill("Lost in the stairs");
    await submit(cards.blockNow);
    await page.getByText(cards.state.blocked, { exact: true }).waitFor();

    await layDown(NEXT);
    await act(cards.replace);
    await inDialog(page)
      .getByRole("textbox", { name: like(confirm.reason) })
      .fill("Lost in the stairs");
    await submit(cards.replaceNow);
    await page.getByRole("heading", { name: "04 A1 B2 C3 D4 E5 F7" }).waitFor();
    await page.getByText("1 sold · 1 shown by the card · 0 taken by the meter").waitFor();

    // The lost card turns up: it is told from the one that took its place, and nothing happens.
    await layDown(LOST);
    await act(cards.settle);
    await inDialog(page)
      .getByRole("textbox", { name: like(confirm.reason) })
      .fill("Moves out");
    await inDialog(page)
      .getByRole("textbox", { name: like(cards.takenCount) })
      .fill("0");
    await submit(cards.settleNow);
    await inDialog(page).getByText(consoleEn.mistake["wrong-card"]).waitFor();
    await layDown(NEXT);
    await submit(cards.settleNow);
    await page.getByText(like(cards.returned)).waitFor();
    await page.getByText(cards.load.returned, { exact: true }).waitFor();
    const [sale] = await api.get<{ delivery: string; amountMinor: number }[]>(
      `/purchases?filter=${encodeURIComponent(JSON.stringify({ householdId }))}&sort=["at","DESC"]`,
    );
    expect(sale).toMatchObject({ delivery: "returned", amountMinor: 5000 });
    await context.close();
  });
});
