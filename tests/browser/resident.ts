import { expect } from "vitest";
import { button, heading, type Journey, LIGHT_LIMIT_MS, like, link, text, type Visit } from "./journey.ts";
import { darken, residentOf, whenLit } from "./rooms.ts";

/** The payment provider's own page speaks English alone. */
const SANDBOX = { title: /Sandbox payment/, pay: /^Pay ·/, back: /Back to your page/ };

async function topUpInTheDark(visit: Visit): Promise<void> {
  const { site } = visit;
  const { my, hold } = visit.residentWords;
  const room = visit.room(["502", "504", "506", "508"]);
  const page = await visit.signedIn(await residentOf(site, room));
  await darken(site, room);
  await page.goto("/my");
  await heading(page, my.power.off).waitFor();
  await heading(page, hold.kind.credit).waitFor();
  const tabs = page.getByRole("navigation", { name: my.tabs.label });
  await link(tabs, my.tabs.money).click();
  const usual = page.getByRole("group", { name: like(my.topUp.usual) });
  await usual.getByRole("button", { name: /50/ }).first().click();
  await button(page, my.topUp.payAmount).click();
  await page.getByRole("heading", { name: SANDBOX.title }).waitFor();
  await page.getByRole("button", { name: SANDBOX.pay }).click();
  await page.getByRole("link", { name: SANDBOX.back }).click();
  await page.getByText(my.topUp.state.credited).first().waitFor({ timeout: LIGHT_LIMIT_MS });
  await whenLit(site, room);
  await link(tabs, my.tabs.home).click();
  await heading(page, my.power.on).waitFor({ timeout: LIGHT_LIMIT_MS });
}

async function readWhyItIsDark(visit: Visit): Promise<void> {
  const { my, hold } = visit.residentWords;
  const page = await visit.signedIn(visit.site.loginOf("resident", "104"));
  await page.goto("/my");
  await text(page, my.why).waitFor({ timeout: LIGHT_LIMIT_MS });
  await heading(page, hold.kind.schedule).waitFor();
  await text(page, my.todo.schedule).waitFor();
  expect(await page.getByText("Store room hours").count()).toBeGreaterThan(0);
}

export const residentJourneys: Journey[] = [
  { name: "a resident in the dark pays at the sandbox, and the light comes on", walk: topUpInTheDark },
  { name: "the resident of 104 reads why the power is off and who ends it", walk: readWhyItIsDark },
];
