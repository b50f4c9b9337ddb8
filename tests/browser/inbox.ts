/** Maintenance works through the alarms inbox. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { DEMO_BUILDINGS } from "../../scripts/start/demo-site.ts";
import { circuitOf } from "../support/demonstration.ts";
import { eventually } from "../support/eventually.ts";
import { plugIn } from "../support/truth.ts";
import { button, dialogOf, JOB_LIMIT_MS, type Journey, text, textbox, type Visit } from "./journey.ts";

const REASON = "Riser under repair until Monday";

interface Alarm {
  id: string;
  kind: string;
  state: string;
  subject: { circuitId?: string };
}

const alarmsIn = (page: Page, words: Visit["words"]) =>
  page.getByRole("list", { name: words.alarms.title }).getByRole("checkbox");

async function acknowledgeAndShelve(visit: Visit): Promise<void> {
  const { site } = visit;
  const floor = visit.room(["20", "30", "50", "60"]);
  const rooms = [`${floor}2`, `${floor}4`];
  // Their rule only reports; what it reports ends when the heaters go.
  const heaters = await Promise.all(rooms.map((room) => plugIn(site, room, "heater")));
  try {
    await handleAlarmsOf(visit, floor, rooms);
  } finally {
    for (const unplug of heaters) await unplug();
  }
}

async function handleAlarmsOf(visit: Visit, floor: string, rooms: readonly string[]): Promise<void> {
  const { site, words } = visit;
  const { alarms, confirm } = words;
  const api = await site.as("maintenance");
  const circuitIds = (await Promise.all(rooms.map((room) => circuitOf(api, room)))).map(({ id }) => id);
  const countOf = async (...states: string[]) =>
    (await api.get<Alarm[]>("/alarms?range=[0,199]")).filter(
      ({ kind, state, subject }) =>
        kind === "vicious-load" && states.includes(state) && circuitIds.includes(subject.circuitId ?? ""),
    ).length;
  await eventually("two alarms", JOB_LIMIT_MS, async () => (await countOf("raised")) === rooms.length);
  const page = await visit.signedIn("maintenance");

  // One by keys alone.
  await page.goto(`/alarms?state=raised&kind=vicious-load&q=${rooms[0]}`);
  await alarmsIn(page, words).first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("a");
  await page.keyboard.type("On my way");
  await page.keyboard.press("Control+Enter");
  await eventually("one acknowledged", JOB_LIMIT_MS, async () => (await countOf("acknowledged")) === 1);

  // Both at once, though they are in different states.
  await page.goto(`/alarms?state=open&kind=vicious-load&q=${floor}`);
  await eventually("both shown", JOB_LIMIT_MS, async () => {
    return (await alarmsIn(page, words).count()) === rooms.length;
  });
  await page.getByRole("checkbox", { name: alarms.selectAll }).check();
  await button(page, alarms.shelve).first().click();
  await textbox(dialogOf(page), confirm.reason).fill(REASON);
  await button(dialogOf(page), alarms.shelve).click();
  await text(page, alarms.bulkDone).first().waitFor();
  expect(await countOf("shelved")).toBe(rooms.length);
  await page.goto(`/alarms?state=shelved&kind=vicious-load&q=${rooms[1]}`);
  await button(page, alarms.details).click();
  await page.getByText(REASON).first().waitFor();
}

/** Whoever walks it has stopped the simulator: no meter of the demonstration answers. */
async function deadBusIsOneAlarm(visit: Visit): Promise<void> {
  const { alarmKind, alarms } = visit.words;
  const page = await visit.signedIn("maintenance");
  const alarmsOf = (kind: "bus-down" | "unit-offline") =>
    page
      .getByRole("list", { name: alarms.title })
      .getByRole("heading", { name: alarmKind[kind], exact: true });
  for (const { bus } of DEMO_BUILDINGS) {
    await page.goto(`/alarms?q=${encodeURIComponent(bus)}`);
    await alarmsOf("bus-down").waitFor({ timeout: JOB_LIMIT_MS });
    expect(await alarmsOf("bus-down").count()).toBe(1);
  }
  // Not one more for each of the meters behind them.
  await page.goto("/alarms?kind=unit-offline");
  await page.getByText(alarms.emptyFiltered).waitFor();
  expect(await alarmsOf("unit-offline").count()).toBe(0);
}

export const inboxJourneys: Journey[] = [
  { name: "alarms are acknowledged by keyboard and shelved in bulk", walk: acknowledgeAndShelve },
];

export const deadBusJourneys: Journey[] = [
  { name: "a dead bus shows as one alarm", walk: deadBusIsOneAlarm },
];
