/** The campus administrator's money: a grant run, the refund of a class, a tariff. */
import { expect } from "vitest";
import { circuitOf } from "../support/demonstration.ts";
import { eventually } from "../support/eventually.ts";
import {
  button,
  dialogOf,
  heading,
  JOB_LIMIT_MS,
  type Journey,
  like,
  link,
  startingWith,
  text,
  textbox,
  type Visit,
} from "./journey.ts";

interface Row {
  id: string;
}

async function giveGrant(visit: Visit): Promise<void> {
  const { site, tag } = visit;
  const { grants } = visit.words;
  const api = await site.as("campus-admin");
  const [{ id: siteId = "" } = {}] = await api.get<Row[]>("/sites");
  const month = new Date().toISOString().slice(0, 7);
  const households = await Promise.all(
    ["201", "203"].map(async (room) => (await circuitOf(api, room)).householdId),
  );
  const { id } = await api.post<Row>("/grant-policies", {
    ...{ siteId, name: `Winter help ${tag}`, dayOfMonth: 1, validFrom: `${month}-01`, isAutomatic: false },
    audience: { kind: "households", householdIds: households },
    gift: { kind: "energy", wh: 1000, per: "household" },
    carry: { kind: "none" },
    expiry: { kind: "never" },
  });
  const runsOfPolicy = () =>
    api.get<unknown[]>(`/grant-runs?filter=${encodeURIComponent(JSON.stringify({ policyId: id }))}`);
  const page = await visit.signedIn("campus-admin");
  await page.goto(`/grants/${id}/${month}`);
  await heading(page, grants.run.preview).waitFor();
  expect(await runsOfPolicy()).toEqual([]);
  await button(page, grants.run.give).click();
  await button(dialogOf(page), grants.run.give).click();
  await heading(page, grants.run.results).waitFor({ timeout: JOB_LIMIT_MS });
  await eventually("every household granted", JOB_LIMIT_MS, async () => {
    const bar = page.getByRole("progressbar", { name: grants.run.progress });
    return (await bar.getAttribute("aria-valuenow")) === "100";
  });
  expect(await runsOfPolicy()).toHaveLength(1);
}

/** One asks, another approves. */
async function refundClass(visit: Visit): Promise<void> {
  const { site, words } = visit;
  const { refunds, confirm } = words;
  const api = await site.as("property-manager");
  const [first, second] = [
    visit.room(["601", "603", "605", "307"]),
    visit.room(["602", "604", "606", "308"]),
  ];
  const leaving = await Promise.all(
    [first, second].map(async (room) => (await circuitOf(api, room)).householdId),
  );
  const reason = `Class of ${visit.tag}`;

  const asking = await visit.signedIn("property-manager");
  await asking.goto(`/refunds/new?${leaving.map((id) => `household=${id}`).join("&")}`);
  await asking
    .getByRole("table", { name: like(refunds.preview) })
    .or(heading(asking, refunds.preview))
    .first()
    .waitFor();
  await textbox(asking, confirm.reason).fill(reason);
  await button(asking, refunds.propose).click();
  await text(asking, refunds.notByYou).waitFor();
  await asking.close();

  const page = await visit.signedIn("campus-admin");
  await page.goto("/refunds");
  await page.getByRole("link", { name: reason }).first().click();
  await button(page, refunds.approve).click();
  await button(dialogOf(page), refunds.approve).click();
  await page.getByText(refunds.stage.settled, { exact: true }).first().waitFor({ timeout: JOB_LIMIT_MS });
  const statements = page.getByRole("button", { name: startingWith(refunds.statement) });
  await eventually(
    "a statement for each",
    JOB_LIMIT_MS,
    async () => (await statements.count()) === leaving.length,
  );
  const [paper] = await Promise.all([
    page.waitForResponse((response) => response.url().includes("statement.pdf")),
    statements.first().click(),
  ]);
  expect(paper.headers()["content-type"]).toContain("application/pdf");
}

async function paintTariff(visit: Visit): Promise<void> {
  const { site, words } = visit;
  const { tariffs, confirm } = words;
  const name = `Nights ${visit.tag}`;
  const page = await visit.signedIn("campus-admin");
  await page.goto("/tariffs/new/paint");
  await textbox(page, tariffs.name).fill(name);
  await button(page, tariffs.addRate).click();
  await page.getByRole("gridcell").first().focus();
  await page.keyboard.down("Shift");
  for (let quarter = 0; quarter < 27; quarter += 1) await page.keyboard.press("ArrowRight");
  await page.keyboard.up("Shift");
  await page.keyboard.press("2");
  await page.getByText(tariffs.complete).waitFor();
  await heading(page, tariffs.preview).waitFor();
  await button(page, tariffs.putInForce).click();
  await textbox(dialogOf(page), confirm.reason).fill("Power to spare at night");
  await button(dialogOf(page), tariffs.putInForce).click();
  await heading(page, name).first().waitFor();
  await link(page, tariffs.paint).waitFor();
  const api = await site.as("campus-admin");
  const found = await api.get<{ name: string; tariff: { rates: unknown[] } }[]>("/tariffs");
  expect(found.find((tariff) => tariff.name === name)?.tariff.rates).toHaveLength(2);
}

export const campusJourneys: Journey[] = [
  { name: "a month's grant is previewed, given, and each household's result shown", walk: giveGrant },
  {
    name: "a class is refunded: one asks, another approves, and every household has its statement",
    walk: refundClass,
  },
  { name: "a tariff is painted by keyboard, priced and put in force from next month", walk: paintTariff },
];
