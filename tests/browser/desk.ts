/** The property manager sells at the Desk with nothing but the keyboard. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { eventually } from "../support/eventually.ts";
import {
  button,
  filled,
  heading,
  type Journey,
  LIGHT_LIMIT_MS,
  startingWith,
  type Visit,
} from "./journey.ts";
import { darken } from "./rooms.ts";

const MOST_INTERACTIONS = 3;
const AMOUNT = "50";

/** Two hands on a keyboard: what is entered in one go is one interaction, a key is one. */
class Hands {
  interactions = 0;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async enter(typed: string): Promise<void> {
    this.interactions += 1;
    await this.#page.keyboard.type(typed);
  }

  async press(key: string): Promise<void> {
    this.interactions += 1;
    await this.#page.keyboard.press(key);
  }
}

/** The tile of a room says its state in words. An amount on another tile may have the room's digits, so they stand first. */
const tile = (page: Page, { words }: Visit, room: string, state: keyof Visit["words"]["state"]) =>
  page
    .getByRole("button", { name: startingWith(words.board.open.replace("%{room}", room)) })
    .filter({ hasText: words.state[state] });

async function sellByKeyboard(visit: Visit): Promise<void> {
  const { site, words } = visit;
  const room = visit.room(["402", "404", "406", "408"]);
  const householdId = await darken(site, room);
  const board = await visit.signedIn("property-manager");
  await board.goto("/board");
  await tile(board, visit, room, "off").waitFor();

  const page = await visit.signedIn("property-manager");
  await page.goto("/desk");
  const hands = new Hands(page);
  await page.getByRole("combobox", { name: words.desk.find }).and(page.locator(":focus")).waitFor();
  await hands.enter(room);
  await hands.press("Enter");
  // Where the amount goes, the cursor is already.
  await page
    .getByRole("textbox", { name: filled(words.desk.amount, { currency: "CNY" }) })
    .and(page.locator(":focus"))
    .waitFor();
  await page.keyboard.type(AMOUNT);
  await hands.press("Enter");
  await heading(page, words.desk.done).waitFor();
  expect(hands.interactions).toBeLessThanOrEqual(MOST_INTERACTIONS);

  await page.getByText(filled(words.desk.power.on, {})).waitFor({ timeout: LIGHT_LIMIT_MS });
  await tile(board, visit, room, "on").waitFor({ timeout: LIGHT_LIMIT_MS });
  const api = await site.as("property-manager");
  const newest = await eventually("the sale in the books", LIGHT_LIMIT_MS, async () => {
    const filter = encodeURIComponent(JSON.stringify({ householdId }));
    const [sale] = await api.get<{ amountMinor: number }[]>(`/purchases?filter=${filter}`);
    return sale;
  });
  expect(newest).toMatchObject({ amountMinor: 5000 });
  // The next customer needs no mouse either.
  await button(page, words.desk.next).and(page.locator(":focus")).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("combobox", { name: words.desk.find }).and(page.locator(":focus")).waitFor();
}

export const deskJourneys: Journey[] = [
  {
    name: "a sale by keyboard takes three interactions and an amount, and lights a dark room",
    walk: sellByKeyboard,
  },
];
