/**
 * One demonstration for whatever needs a whole site: what its rooms tell by themselves, and the main work of each role in a real
 * browser. Its start takes as long as several journeys do, and while its rooms go dark one after the other journeys are walked.
 */
import { afterAll, beforeAll, describe, test } from "vitest";
import { campusJourneys } from "../browser/campus.ts";
import { cardJourneys } from "../browser/cards.ts";
import { commissioningJourneys } from "../browser/commissioning.ts";
import { connectionJourneys } from "../browser/connection.ts";
import { deskJourneys } from "../browser/desk.ts";
import { firstRunJourneys } from "../browser/first-run.ts";
import { deadBusJourneys, inboxJourneys } from "../browser/inbox.ts";
import { type Journey, SETTINGS_WALKED, type Setting, Visit } from "../browser/journey.ts";
import { lookJourneys } from "../browser/looks.ts";
import { passwordJourneys } from "../browser/passwords.ts";
import { residentJourneys } from "../browser/resident.ts";
import { technicianJourneys } from "../browser/technician.ts";
import { viciousLoadJourneys } from "../browser/vicious-load.ts";
import { type BrowserSite, inBrowser } from "../support/browser-site.ts";
import { findChromium } from "../support/chromium.ts";
import { startTestDemonstration } from "../support/demonstration.ts";
import { type Begun, tellStory } from "./story.ts";

/** Each has rooms of its own, so that several are walked at once: most of their time they wait for meters. */
const JOURNEYS: Journey[] = [
  ...firstRunJourneys,
  ...commissioningJourneys,
  ...technicianJourneys,
  ...inboxJourneys,
  ...deskJourneys,
  ...residentJourneys,
  ...campusJourneys,
  ...cardJourneys,
  ...passwordJourneys,
  ...lookJourneys,
];
/** Half a minute, pages built first where they are older than their sources; many times that where others use the machine too. */
const START_LIMIT_MS = 600_000;
/** A journey takes 3 to 40 s when nobody else uses the machine. */
const WALK_LIMIT_MS = 300_000;

const chromium = findChromium();
let begun: Begun;
let browserSite: BrowserSite;

beforeAll(async () => {
  const site = await startTestDemonstration();
  begun = { site, startedAtMs: Date.now() };
  if (chromium !== undefined) browserSite = await inBrowser(site, chromium);
}, START_LIMIT_MS);
afterAll(async () => {
  await browserSite?.leave();
  await begun?.site.close();
  await begun?.site.remove();
});

function walkAll(journeys: readonly Journey[]): void {
  for (const journey of journeys)
    for (const setting of SETTINGS_WALKED) {
      const { language, size, colorScheme } = setting;
      test(`${journey.name} (${language}, ${size}, ${colorScheme})`, { timeout: WALK_LIMIT_MS }, () =>
        walk(journey, setting),
      );
    }
}

async function walk(journey: Journey, setting: Setting): Promise<void> {
  const visit = new Visit(browserSite, setting);
  try {
    await journey.walk(visit);
  } finally {
    await visit.end();
  }
}

const inABrowser = describe.skipIf(chromium === undefined);

inABrowser("the work of each role in a browser", { concurrent: true }, () => {
  walkAll(JOURNEYS);
});
// What is promised within seconds is measured while nobody else is at work.
inABrowser("what takes seconds", () => {
  walkAll(viciousLoadJourneys);
  walkAll(connectionJourneys);
});
tellStory(() => begun);
inABrowser("without the serial servers of both buses", () => {
  beforeAll(() => begun.site.parts.simulator.stop());
  walkAll(deadBusJourneys);
});
