import { barePaintMs } from "./bare-page.ts";
import { longestTask } from "./main-thread.ts";
import type { MeasuredPage } from "./measured-page.ts";
import type { LargeStack } from "./start-stack.ts";
import { tellMs, tellTask } from "./tell.ts";

const DRAWN_MS = 500;
const LONGEST_TASK_MS = 100;

export async function measureYear(measured: MeasuredPage, { site }: LargeStack): Promise<void> {
  const { page } = measured;
  const [circuit] = site.circuits;
  if (!circuit) throw new RangeError("the site has no circuits");
  const bareMs = await barePaintMs(page);
  await page.goto(`/circuits/${circuit.circuitId}/show`);
  const span = (name: string) => page.getByRole("button", { name, exact: true });
  await span("Year").waitFor();
  const drawn = () =>
    page.waitForFunction(`performance.getEntriesByName("year-heatmap-paint").length > 0`, undefined, {
      polling: 5,
    });
  let yearMs = 0;
  const task = await longestTask(page, async () => {
    yearMs = await measured.timed(() => span("Year").click(), drawn);
  });
  const paintMs = await page.evaluate<number>(
    `performance.getEntriesByName("year-heatmap-paint").at(-1).duration`,
  );
  const beside = `painting ${paintMs.toFixed(0)} ms; a bare canvas ${bareMs.toFixed(0)} ms`;
  tellMs("Year of quarters: click to painted, with the API", yearMs, DRAWN_MS, beside);
  tellTask("Year of quarters: longest task", task, LONGEST_TASK_MS);
  const chart = page.locator("main canvas");
  await span("Week").click();
  await chart.first().waitFor();
  const dayMs = await measured.timed(
    () => span("Day").click(),
    () => chart.first().waitFor(),
  );
  tellMs("Day of quarters: click to painted, with the API", dayMs, DRAWN_MS);
}
