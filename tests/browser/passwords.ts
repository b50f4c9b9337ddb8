/** A forgotten password: an administrator makes another, its owner signs in with it and makes one of their own. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { Login } from "../support/browser-site.ts";
import { button, dialogOf, filled, type Journey, startingWith, text, type Visit } from "./journey.ts";
import { addLogin } from "./rooms.ts";

const OWN_PASSWORD = "three quiet kettles";

export async function signIn(
  page: Page,
  { common }: Visit["words"],
  { login, password }: Login,
): Promise<void> {
  await page.getByRole("textbox", { name: common.login }).fill(login);
  await page.getByLabel(common.password).fill(password);
  await button(page, common.signIn).click();
}

async function resetPassword(visit: Visit): Promise<void> {
  const { site, words, tag } = visit;
  const { users, common, app, problem } = words;
  const name = `Forgetful ${tag}`;
  const forgetful = await addLogin(await site.as("administrator"), { role: "maintenance", name });
  const elsewhere = await visit.signedIn(forgetful);
  await elsewhere.goto("/tariffs");
  await elsewhere.getByRole("button", { name: filled(app.account, { name }) }).waitFor();

  const page = await visit.signedIn("administrator");
  await page.goto(`/users/${forgetful.id}`);
  await button(page, users.resetPassword).click();
  await button(dialogOf(page), users.resetPassword).click();
  const shown = page.getByRole("dialog", { name: filled(users.passwordTitle, { name }) });
  const password = await shown.getByRole("textbox", { name: users.password }).inputValue();
  await button(shown, common.kept).click();

  const own = await visit.stranger();
  await own.goto("/");
  await signIn(own, words, forgetful);
  await text(own, problem["wrong-credentials"]).waitFor();
  await own.getByLabel(common.password).fill(password);
  await button(own, common.signIn).click();

  await own.getByRole("button", { name: filled(app.account, { name }) }).click();
  await own.getByRole("menuitem", { name: app.password.title }).click();
  const dialog = dialogOf(own);
  await dialog.getByLabel(startingWith(app.password.current)).fill(password);
  await dialog.getByLabel(startingWith(app.password.next)).fill(OWN_PASSWORD);
  await button(dialog, app.password.change).click();
  await text(own, app.password.done).waitFor();

  // The session from before the reset has ended with it.
  await elsewhere.goto("/tariffs");
  await button(elsewhere, common.signIn).waitFor();
  await signIn(elsewhere, words, { ...forgetful, password: OWN_PASSWORD });
  await elsewhere.getByRole("button", { name: filled(app.account, { name }) }).waitFor();
  expect(await elsewhere.getByLabel(common.password).count()).toBe(0);
}

export const passwordJourneys: Journey[] = [
  {
    name: "a password is reset, used once and changed by its owner; the session from before ends",
    walk: resetPassword,
  },
];
