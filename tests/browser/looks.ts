/** What every page owes to everybody: nothing that shuts somebody out, and no sideways scroll. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { circuitOf } from "../support/demonstration.ts";
import type { Journey, Visit } from "./journey.ts";

/** @param view names the page in what is found */
export async function faultsOf(page: Page, view: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const faults = violations.map(({ id, nodes }) => `${view}: ${id} at ${nodes[0]?.html}`);
  const excess = await page.evaluate<number>("document.documentElement.scrollWidth - window.innerWidth");
  return excess > 0 ? [...faults, `${view}: ${excess} px wider than the screen`] : faults;
}

/** Others of each role are looked at by scripts/look-at-pages.ts, which takes minutes. */
async function everyRoleLooks(visit: Visit): Promise<void> {
  const { site } = visit;
  const circuit = await circuitOf(await site.as("property-manager"), "103");
  const looks = [
    {
      who: site.loginOf("property-manager"),
      paths: [
        "/",
        "/board",
        "/desk",
        `/households/${circuit.householdId}/show`,
        `/circuits/${circuit.id}/show`,
      ],
    },
    { who: site.loginOf("maintenance"), paths: ["/alarms", "/network"] },
    { who: site.loginOf("administrator"), paths: ["/households", "/tariffs", "/users"] },
    { who: site.loginOf("resident", "107"), paths: ["/my"] },
  ];
  const wrong: string[] = [];
  for (const { who, paths } of looks) {
    const page = await visit.signedIn(who);
    for (const path of paths) {
      await page.goto(path);
      // The heading gets its words with the page's first data.
      await page.locator("h1", { hasText: /\S/ }).first().waitFor({ state: "attached" });
      wrong.push(...(await faultsOf(page, path)));
    }
  }
  expect(wrong).toEqual([]);
}

export const lookJourneys: Journey[] = [
  { name: "no page has an accessibility violation or is wider than the screen", walk: everyRoleLooks },
];
