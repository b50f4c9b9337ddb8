/** What every page owes to everybody: nothing that shuts somebody out, and no sideways scroll. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { LOOKS, type Look } from "../../scripts/look-at-pages/looks.ts";
import { accessibilityViolations } from "../support/accessibility.ts";
import { type Journey, like, type Visit } from "./journey.ts";

/** @param view names the page in what is found */
export async function faultsOf(page: Page, view: string): Promise<string[]> {
  const violations = await accessibilityViolations(page);
  const faults = violations.map(({ id, nodes }) => `${view}: ${id} at ${nodes[0]?.html}`);
  const excess = await page.evaluate<number>("document.documentElement.scrollWidth - window.innerWidth");
  return excess > 0 ? [...faults, `${view}: ${excess} px wider than the screen`] : faults;
}

const PAGES_FILE = new URL("../../apps/admin-ui/src/pages.ts", import.meta.url);
/** A card takes a reader: cards.ts looks at its page. */
const LOOKED_AT_ELSEWHERE = ["/cards/:id"];

/** Read, not imported: the table brings the pages themselves, which want a browser. */
const pathsOfPages = (): string[] =>
  [...readFileSync(PAGES_FILE, "utf8").matchAll(/path: "([^"]+)"/g)].map(([, path = ""]) => path);

const leadsTo = (path: string, pagePath: string): boolean =>
  new RegExp(`^${pagePath.replace(/:\w+/g, "[^/]+")}(\\?|$)`).test(path);

/** The states of a page, and the two settings that are left, are looked at by scripts/look-at-pages.ts, which takes minutes. */
async function lookAtEveryPage(visit: Visit): Promise<void> {
  const waiting = new Set(pathsOfPages().filter((path) => !LOOKED_AT_ELSEWHERE.includes(path)));
  const opened = new Map<string, Page>();
  const wrong: string[] = [];
  for (const look of LOOKS.filter(({ act }) => act === undefined)) {
    const path = await pathOf(visit, look);
    const page = [...waiting].find((pagePath) => leadsTo(path, pagePath));
    const isOfConsole = look.role !== null && look.role !== "resident";
    if (page === undefined && isOfConsole) continue;
    waiting.delete(page ?? "");
    wrong.push(...(await faultsOf(await openLook(visit, look, path, opened), look.name)));
  }
  expect([...waiting]).toEqual([]);
  expect(wrong).toEqual([]);
}

const pathOf = async ({ site }: Visit, { path, role, room }: Look): Promise<string> =>
  typeof path === "string" ? path : path(await site.as(role ?? "", room));

/** One browser for each person, who goes from page to page within the console. */
async function openLook(
  visit: Visit,
  { role, room }: Look,
  path: string,
  opened: Map<string, Page>,
): Promise<Page> {
  const who = `${role} ${room}`;
  const before = role === null ? undefined : opened.get(who);
  if (before !== undefined && role !== "resident") {
    await moveTo(before, path);
    return before;
  }
  const page =
    before ?? (role === null ? await visit.stranger() : await visit.signedIn(visit.site.loginOf(role, room)));
  opened.set(who, page);
  await page.goto(path);
  // The heading gets its words with the page's first data.
  await page.locator("h1", { hasText: /\S/ }).first().waitFor({ state: "attached" });
  return page;
}

/** As by a link, but without a page that has it. */
async function moveTo(page: Page, path: string): Promise<void> {
  const heading = page.locator("h1 > *", { hasText: /\S/ });
  const left = (await heading.first().textContent()) ?? "";
  await page.evaluate(`{
    document.querySelector("h1 > *").setAttribute("data-left", "");
    history.pushState(null, "", ${JSON.stringify(path)});
    dispatchEvent(new PopStateEvent("popstate"));
  }`);
  // Another heading; or, where both pages are made alike, the same one with other words.
  const another = page.locator("h1 > :not([data-left])", { hasText: /\S/ });
  await another
    .or(heading.filter({ hasNotText: like(left) }))
    .first()
    .waitFor({ state: "attached" });
}

export const lookJourneys: Journey[] = [
  { name: "no page shuts anybody out or is wider than the screen", walk: lookAtEveryPage },
];
