/** Maintenance meets a forbidden appliance: from the alarm in the inbox to the light that is on again. */
import { defaultViciousLoadRule } from "@hallmeter/meter-model";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { circuitOf } from "../support/demonstration.ts";
import { eventually } from "../support/eventually.ts";
import { truthOf } from "../support/truth.ts";
import {
  button,
  dialogOf,
  heading,
  type Journey,
  LIGHT_LIMIT_MS,
  like,
  link,
  textbox,
  type Visit,
} from "./journey.ts";
import { tripByHeater, whenLit } from "./rooms.ts";

/** Released by staff or never: no try of its own comes before them within a journey. */
const RULE = { ...defaultViciousLoadRule, mode: "trip", probeAfterS: 900 } as const;
/** Above what the heater draws: the rule that is tried spares it. */
const SPARING_THRESHOLD_W = 9000;

interface Alarm {
  kind: string;
  state: string;
  subject: { circuitId?: string };
}

async function evidenceReplayRelease(visit: Visit): Promise<void> {
  const { site, words } = visit;
  const { alarms, alarmKind, evidence, circuit, hold, confirm, command, state } = words;
  const room = visit.room(["401", "403", "405", "407"]);
  const unplug = await tripByHeater(site, room, RULE);
  const api = await site.as("maintenance");
  const { id: circuitId } = await circuitOf(api, room);
  const ownAlarm = async () =>
    (await api.get<Alarm[]>("/alarms")).find(
      ({ kind, subject }) => kind === "vicious-load" && subject.circuitId === circuitId,
    );

  const page = await visit.signedIn("maintenance");
  await page.goto(`/alarms?q=${room}`);
  const alarm = page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: alarmKind["vicious-load"], exact: true }) })
    .filter({ hasText: room });
  await button(alarm, alarms.details).click();
  await alarm.getByRole("img", { name: like(alarms.evidenceChart) }).waitFor();

  // Another rule on the recorded step; nothing is changed by it.
  await link(alarm, alarms.replay).click();
  await heading(page, evidence.title).waitFor();
  await page.getByRole("img", { name: like(evidence.chart) }).waitFor();
  await page
    .getByRole("status")
    .filter({ hasText: countsOf(evidence.counts, { fewer: 0 }) })
    .waitFor();
  await page.getByRole("spinbutton", { name: evidence.threshold }).fill(String(SPARING_THRESHOLD_W));
  await page
    .getByRole("status")
    .filter({ hasText: countsOf(evidence.counts, { wouldBe: 0 }) })
    .waitFor();
  await page.getByText(evidence.changed).first().waitFor();

  // Nobody releases before the appliance is gone.
  await unplug();
  await releaseWithReason(page);
  await whenLit(site, room);
  expect((await truthOf(site, room)).relay).toBe("closed");
  await page.getByText(state.on, { exact: true }).first().waitFor({ timeout: LIGHT_LIMIT_MS });
  await eventually("the alarm cleared", LIGHT_LIMIT_MS, async () => (await ownAlarm())?.state === "cleared");
  await page.goto(`/alarms?state=cleared&q=${room}`);
  await alarm.first().waitFor();

  async function releaseWithReason(page: Page): Promise<void> {
    const release = circuit.action["release-hold"].replace("%{hold}", hold.kind["vicious-load"]);
    await button(page, release).first().click();
    const dialog = dialogOf(page);
    await textbox(dialog, confirm.reason).fill("Heater handed over to the warden");
    await button(dialog, release).click();
    await page.getByText(command.confirmed).first().waitFor({ timeout: LIGHT_LIMIT_MS });
  }
}

/** The sentence of a replay's counts where some of them are known. */
function countsOf(message: string, known: Record<string, number>): RegExp {
  const told = message.replace(/%\{(\w+)\}/g, (_hole, name: string) => String(known[name] ?? "%{any}"));
  return like(told);
}

export const viciousLoadJourneys: Journey[] = [
  {
    name: "a forbidden appliance: evidence, replay, release with a reason, light",
    walk: evidenceReplayRelease,
  },
];
