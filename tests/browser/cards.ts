/** A card's life at the desk: real pages, real API, and the desk's own reader with cards that are files. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { newPairingCode, startCardService } from "../../scripts/parts/card-service.ts";
import { circuitOf } from "../support/demonstration.ts";
import {
  button,
  dialogOf,
  filled,
  heading,
  type Journey,
  startingWith,
  text,
  textbox,
  type Visit,
} from "./journey.ts";
import { faultsOf } from "./looks.ts";

const ROOMS = ["501", "503", "505", "507"] as const;

/** A reader, and chips of which one lies on it. */
async function openReader(origin: string, cardFile: string) {
  const code = newPairingCode();
  const service = await startCardService({ reader: `file:${cardFile}`, origin, code, port: 0 });
  const drawer = new Map<string, string>();
  let onReader: string | undefined;
  return {
    code,
    port: service.port,
    close: service.close,
    /** Takes what lies there away, and lays a chip down as it was last seen; at first it is blank. */
    async layDown(uid: string): Promise<void> {
      if (onReader !== undefined) drawer.set(onReader, await readFile(cardFile, "utf8"));
      await writeFile(cardFile, drawer.get(uid) ?? JSON.stringify({ uid, memory: "" }));
      onReader = uid;
    },
  };
}

const shownNumber = (uid: string): string => (uid.toUpperCase().match(/../g) ?? []).join(" ");

async function liveACardsLife(visit: Visit): Promise<void> {
  const { site, words } = visit;
  const { cards, confirm, mistake, tills } = words;
  const room = visit.room(ROOMS);
  const [lost, next] = [`04a1b2c3d4${room}0`, `04a1b2c3d4${room}1`];
  const api = await site.as("property-manager");
  const { householdId } = await circuitOf(api, room);
  const reader = await openReader(site.origin, join(site.dataFolder, `card-${room}.json`));
  try {
    const page = await visit.signedIn("property-manager");
    const dialog = dialogOf(page);
    const stands = page.getByText(filled(cards.countsText, { count: 1, shown: 1, taken: 0 }));

    await reader.layDown(lost);
    await page.goto("/cards");
    await button(page, cards.reader.connect).click();
    await textbox(dialog, cards.reader.code).fill(reader.code.toLowerCase());
    await textbox(dialog, cards.reader.port).fill(String(reader.port));
    await button(dialog, cards.reader.connectNow).click();
    await text(page, cards.reader.connected).waitFor();

    await page.goto(`/households/${householdId}/show`);
    await button(page, cards.issue).click();
    await button(dialog, cards.issueNow).click();
    await heading(page, filledName(cards.named, lost)).waitFor();

    await button(page, cards.topUp).click();
    await dialog.getByRole("textbox", { name: startingWith(tills.amount) }).fill("50");
    await dialog.getByRole("button", { name: /50/ }).click();
    await stands.waitFor();
    await button(page, cards.read).click();
    await text(page, cards.upToDate).first().waitFor();
    expect(await faultsOf(page, "card")).toEqual([]);

    await button(page, cards.block).click();
    await textbox(dialog, confirm.reason).fill("Lost in the stairs");
    await button(dialog, cards.blockNow).click();
    await text(page, cards.state.blocked).waitFor();

    await reader.layDown(next);
    await button(page, cards.replace).click();
    await textbox(dialog, confirm.reason).fill("Lost in the stairs");
    await button(dialog, cards.replaceNow).click();
    await heading(page, filledName(cards.named, next)).waitFor();
    await stands.waitFor();

    // The lost card turns up: it is told from the one that took its place, and nothing happens.
    await reader.layDown(lost);
    await button(page, cards.settle).click();
    await textbox(dialog, confirm.reason).fill("Moves out");
    await textbox(dialog, cards.takenCount).fill("0");
    await button(dialog, cards.settleNow).click();
    await text(dialog, mistake["wrong-card"]).waitFor();
    await reader.layDown(next);
    await button(dialog, cards.settleNow).click();
    await text(page, cards.load.returned).waitFor();
    const filter = encodeURIComponent(JSON.stringify({ householdId }));
    const [sale] = await api.get<{ delivery: string; amountMinor: number }[]>(
      `/purchases?filter=${filter}&sort=${encodeURIComponent('["at","DESC"]')}`,
    );
    expect(sale).toMatchObject({ delivery: "returned", amountMinor: 5000 });
  } finally {
    await reader.close();
  }
}

/** A message with the number of a chip in it. */
const filledName = (message: string, uid: string): string => message.replace("%{number}", shownNumber(uid));

export const cardJourneys: readonly Journey[] = [
  { name: "a card is issued, sold onto, read, blocked, replaced and settled", walk: liveACardsLife },
];
