import type { MeasuredPage } from "./measured-page.ts";
import type { LargeStack } from "./start-stack.ts";
import { tellMs } from "./tell.ts";

const DRAWN_MS = 500;
const LONGEST_TASK_MS = 100;

export async function measureYear(measured: MeasuredPage, { site }: LargeStack): Promise<void> {
  const { page } = measured;
  const [circuit] = site.circuits;
  if (!circuit) throw new RangeError("the site has no circuits");
  await page.goto(`/circuits/${circuit.circuitId}/show`);
  const span = (name: string) => page.getByRole("button", { name, exact: true });
  await span("Year").waitFor();
  const painted = (count: number) =>
    page.waitForFunction(`performance.getEntriesByName("year-heatmap-paint").length >= ${count}`, undefined, {
      polling: 5,
    });
  let yearMs = 0;
  const longestMs = await measured.longestTaskMs(async () => {
    yearMs = await measured.timed(
      () => span("Year").click(),
      () => painted(1),
    );
  });
  tellMs("Year of quarters: click to painted, with the API", yearMs, DRAWN_MS);
  tellMs("Year of quarters: longest task", longestMs, LONGEST_TASK_MS);
  await page.getByRole("button", { name: /^Year before/ }).click();
  const chart = page.locator("main canvas");
  await span("Week").click();
  await chart.first().waitFor();
  const dayMs = await measured.timed(
    () => span("Day").click(),
    () => chart.first().waitFor(),
  );
  tellMs("Day of quarters: click to painted, with the API", dayMs, DRAWN_MS);
}
