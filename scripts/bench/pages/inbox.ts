import type { MeasuredPage } from "./measured-page.ts";
import type { LargeStack } from "./start-stack.ts";
import { tellMs } from "./tell.ts";

const PAGE_MS = 500;
const LOAD_MS = 3000;
const PER_PAGE = 25;

export async function measureInbox(measured: MeasuredPage, { site }: LargeStack): Promise<void> {
  const { page } = measured;
  const rows = page.locator("li[data-alarm]");
  const firstRow = async () => String(await rows.first().getAttribute("data-alarm"));
  const another = (than: string) =>
    page.waitForFunction(
      `document.querySelector("li[data-alarm]")?.dataset.alarm !== ${JSON.stringify(than)} && document.querySelector("li[data-alarm]") !== null`,
      undefined,
      { polling: 5 },
    );
  const loadMs = await measured.timed(
    () => page.goto("/alarms"),
    () => rows.first().waitFor(),
  );
  tellMs("Inbox: address to first alarm", loadMs, LOAD_MS);
  let shown = await firstRow();
  const step = async (what: string, act: () => Promise<unknown>, goalMs = PAGE_MS) => {
    tellMs(what, await measured.timed(act, () => another(shown)), goalMs);
    shown = await firstRow();
  };
  await step("Inbox: page 2", () => page.getByRole("button", { name: "Next page" }).click());
  await step("Inbox: all states", () => page.getByRole("button", { name: /^All/ }).click());
  const lastPage = Math.ceil(site.alarms / PER_PAGE);
  for (const number of [100, Math.ceil(lastPage / 2), lastPage].filter((one) => one <= lastPage))
    await step(
      `Inbox: all states, address of page ${number}`,
      () => page.goto(`/alarms?state=all&page=${number}`),
      LOAD_MS,
    );
  const household = site.circuits[0]?.householdId;
  const householdMs = await measured.timed(
    () => page.goto(`/households/${household}/show`),
    () => page.locator("h1", { hasText: /\S/ }).first().waitFor({ state: "attached" }),
  );
  tellMs("Household: address to heading", householdMs, LOAD_MS);
}
