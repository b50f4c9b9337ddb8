/** The technician at the gateway's own page. */
import { expect } from "vitest";
import { wordsIn } from "../../apps/bus-gateway/page/src/text.ts";
import type { Journey, Visit } from "./journey.ts";
import { faultsOf } from "./looks.ts";

async function testRelayAtTheGateway(visit: Visit): Promise<void> {
  const { site, setting } = visit;
  const say = wordsIn(setting.language);
  const room = visit.room(["203", "205", "206", "207"]);
  const page = await visit.stranger(site.gatewayOrigin);
  const wrong: string[] = [];
  const look = async (view: string) => wrong.push(...(await faultsOf(page, view)));
  await page.goto("/");
  const { login, password } = site.loginOf("gateway");
  await page.getByRole("textbox", { name: say("login") }).fill(login);
  await page.getByLabel(say("password")).fill("not the password");
  await page.keyboard.press("Enter");
  await page.getByText(say("wrong-password")).waitFor();
  await look("sign in");
  await page.getByLabel(say("password")).fill(password);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: room, exact: true }).waitFor();
  await look("buses");

  await page.getByRole("link", { name: say("frames") }).click();
  await page
    .getByText(/\d+\.\d V /)
    .first()
    .waitFor();
  await page.getByRole("button", { name: say("pause") }).click();
  await page.getByText(new RegExp(say("framesPaused", "[1-9]\\d*"))).waitFor();
  await look("frames");

  await page.getByRole("link", { name: say("circuits") }).click();
  await page.getByRole("searchbox").fill(room);
  await page.getByRole("link", { name: room, exact: true }).click();
  await page.getByRole("textbox", { name: say("confirmName", room) }).fill(room);
  await page.getByRole("button", { name: say("startTest") }).click();
  await page.getByText(say("testOpen")).waitFor();
  await look("circuit");
  await page.getByText(say("testPassed")).waitFor();
  expect(wrong).toEqual([]);
}

export const technicianJourneys: Journey[] = [
  {
    name: "the technician signs in at the gateway, sees frames pass and tests a relay",
    walk: testRelayAtTheGateway,
  },
];
