/** Maintenance commissions a cabinet that nobody knows yet; an administrator begins with an empty system. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { eventually } from "../support/eventually.ts";
import { CABINET_UNITS, type SimulatedCabinet, startSimulatedCabinet } from "../support/simulated-cabinet.ts";
import {
  button,
  dialogOf,
  heading,
  JOB_LIMIT_MS,
  type Journey,
  LIGHT_LIMIT_MS,
  like,
  link,
  numberBox,
  type Place,
  text,
  textbox,
  type Visit,
} from "./journey.ts";

/** The fields of a bus behind a serial server; everything else is right already. */
export async function addBus(
  place: Place,
  { words: { network } }: Visit,
  name: string,
  { host, port }: SimulatedCabinet,
): Promise<void> {
  await textbox(place, network.busName).fill(name);
  await textbox(place, network.host).fill(host);
  await numberBox(place, network.port).fill(String(port));
  await button(place, network.addBus).click();
}

/**
 * On the page of a bus: scan, set up circuits with the names of `rooms`, assign them, and commission all. The relay of the first is
 * tested through the bus, the others were tested by hand.
 */
export async function commission(page: Page, { words }: Visit, rooms: readonly string[]): Promise<void> {
  const { commissioning, confirm } = words;
  const next = () => button(page, commissioning.next).click();
  await numberBox(page, commissioning.from).fill("1");
  await numberBox(page, commissioning.to).fill(String(CABINET_UNITS.length + 1));
  await button(page, commissioning.start).click();
  await text(page, commissioning.state.done).waitFor({ timeout: JOB_LIMIT_MS });
  const found = page.getByRole("list", { name: like(commissioning.found) }).getByRole("listitem");
  expect(await found.count()).toBe(CABINET_UNITS.length);
  await next();

  await textbox(page, commissioning.naming).fill((rooms[0] ?? "").replace(/\d$/, "#"));
  await numberBox(page, commissioning.firstNumber).fill("1");
  await button(page, commissioning.setUp).click();
  await text(page, commissioning.allKnown).waitFor({ timeout: JOB_LIMIT_MS });
  await next();

  await button(page, commissioning.paste).click();
  await textbox(page, commissioning.pasteLabel).fill(
    rooms.map((room, index) => `${CABINET_UNITS[index]}\t${room}`).join("\n"),
  );
  await button(page, commissioning.pasteTake).click();
  await button(page, commissioning.saveAssignments).click();
  await text(page, commissioning.nothingToAssign).waitFor({ timeout: JOB_LIMIT_MS });
  await next();

  const circuits = page
    .getByRole("listitem")
    .filter({ has: page.getByRole("button", { name: like(commissioning.doCommission) }) });
  await eventually(
    "every circuit to check",
    JOB_LIMIT_MS,
    async () => (await circuits.count()) === rooms.length,
  );
  const first = page.getByRole("listitem").filter({ hasText: rooms[0] ?? "" });
  const { passed, failed, lost } = commissioning.testState;
  const test = async (label: string) => {
    await button(first, label).click();
    await textbox(dialogOf(page), confirm.reason).fill("Commissioning");
    await button(dialogOf(page), commissioning.testConfirm).click();
    const ended = text(first, passed).or(text(first, failed)).or(text(first, lost));
    await ended.first().waitFor({ timeout: JOB_LIMIT_MS });
    return text(first, passed).isVisible();
  };
  // A test whose command ran out on a busy machine says so, and is made again as a person would.
  if (!(await test(commissioning.testRelay))) expect(await test(commissioning.testAgain)).toBe(true);
  await button(first, commissioning.doCommission).click();
  for (const room of rooms.slice(1)) {
    const row = page.getByRole("listitem").filter({ hasText: room });
    await row.getByRole("checkbox", { name: commissioning.byHand }).check();
    await button(row, commissioning.doCommission).click();
  }
  await page.getByText(commissioning.allDone).waitFor({ timeout: JOB_LIMIT_MS });
}

/** Sells on the Desk where the household is chosen already, and waits for the light. */
export async function firstSale(
  page: Page,
  { words: { desk, hold } }: Visit,
  cabinet: SimulatedCabinet,
): Promise<void> {
  const [unitId = 0] = CABINET_UNITS;
  await eventually(
    "dark for want of credit",
    LIGHT_LIMIT_MS,
    async () => (await cabinet.truth(unitId)).relay === "open",
  );
  await text(page, hold.kind.credit).first().waitFor({ timeout: LIGHT_LIMIT_MS });
  await textbox(page, desk.amount).fill("20");
  await page.keyboard.press("Enter");
  await heading(page, desk.done).waitFor();
  await text(page, desk.power.on).waitFor({ timeout: LIGHT_LIMIT_MS });
  expect((await cabinet.truth(unitId)).relay).toBe("closed");
}

interface Row {
  id: string;
}

/** A building whose rooms have households and no circuit. @returns the households */
async function addAnnex({ site, tag }: Visit, rooms: readonly string[]): Promise<string[]> {
  const api = await site.as("administrator");
  const [place] = await api.get<Row[]>("/sites");
  const [tariff] = await api.get<Row[]>("/tariffs");
  const { id: buildingId } = await api.post<Row>("/buildings", {
    siteId: place?.id,
    name: `Annex ${tag}`,
    floors: 1,
  });
  const households: string[] = [];
  for (const name of rooms) {
    const unit = await api.post<Row>("/units", { buildingId, name, floor: 1 });
    const household = await api.post<Row>("/households", {
      unitId: unit.id,
      name: `Family ${name}`,
      tariffId: tariff?.id,
    });
    households.push(household.id);
  }
  return households;
}

async function commissionByScan(visit: Visit): Promise<void> {
  const { network } = visit.words;
  const prefix = visit.room(["A", "B", "C", "D"]);
  const rooms = CABINET_UNITS.map((unitId) => `${prefix}${unitId}`);
  const [buyer] = await addAnnex(visit, rooms);
  const cabinet = await startSimulatedCabinet();
  try {
    const page = await visit.signedIn("maintenance");
    await page.goto("/network");
    await button(page, network.addBus).click();
    await addBus(dialogOf(page), visit, `Annex bus ${visit.tag}`, cabinet);
    await dialogOf(page).waitFor({ state: "detached" });
    await page
      .getByRole("heading", { name: `Annex bus ${visit.tag}` })
      .first()
      .waitFor();
    await link(page, network.commission).click();
    await commission(page, visit, rooms);
    await page.close();

    const desk = await visit.signedIn("property-manager");
    await desk.goto(`/desk?household=${buyer}`);
    await firstSale(desk, visit, cabinet);
  } finally {
    await cabinet.close();
  }
}

export const commissioningJourneys: Journey[] = [
  {
    name: "a new cabinet is scanned, set up, assigned, tested and commissioned, and a sale lights it",
    walk: commissionByScan,
  },
];
