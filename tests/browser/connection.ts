/** What the pages say is what is: in two browsers at once, and when the connection is lost. */
import { expect } from "vitest";
import { circuitOf } from "../support/demonstration.ts";
import { type Journey, text, type Visit } from "./journey.ts";

/**
 * "Two browsers on the same data stay in step within 2 s", from the answer to the one who sold. A machine that needs longer than
 * that to open the page is too busy to judge by it.
 */
const IN_STEP_MS = 2000;

async function stayInStep(visit: Visit): Promise<void> {
  const { site } = visit;
  const { live } = visit.words.app;
  const api = await site.as("property-manager");
  const { householdId } = await circuitOf(api, visit.room(["303", "305", "304", "306"]));
  const one = await visit.signedIn("property-manager");
  const two = await visit.signedIn("campus-admin");
  const pages = [one, two];
  const openedAt = performance.now();
  for (const page of pages) await page.goto(`/households/${householdId}/show`);
  for (const page of pages) await text(page, live.live).first().waitFor();
  const openingMs = (performance.now() - openedAt) / pages.length;
  const shows = (amount: RegExp) =>
    Promise.all(pages.map((page) => page.getByText(amount).first().waitFor()));
  await api.post("/purchases", { householdId, amountMinor: 4321, method: "cash" });
  const soldAt = performance.now();
  await shows(/43\.21/);
  expect(performance.now() - soldAt).toBeLessThan(Math.max(IN_STEP_MS, openingMs));

  // What happened meanwhile is there as soon as the connection is.
  await one.context().setOffline(true);
  await text(one, live.lost).first().waitFor();
  await api.post("/purchases", { householdId, amountMinor: 1717, method: "cash" });
  await two
    .getByText(/17\.17/)
    .first()
    .waitFor();
  expect(await one.getByText(/17\.17/).count()).toBe(0);
  await one.context().setOffline(false);
  await text(one, live.live).first().waitFor();
  await shows(/17\.17/);
}

export const connectionJourneys: Journey[] = [
  {
    name: "two browsers stay in step, and one says that its connection is lost and recovers",
    walk: stayInStep,
  },
];
