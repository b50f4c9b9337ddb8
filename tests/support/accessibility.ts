import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright-core";

type Violations = Awaited<ReturnType<AxeBuilder["analyze"]>>["violations"];

/**
 * What axe finds wrong. No page has frames, so all is done within the page; by default axe gathers the results of frames in another
 * page, and brings what passed over to here, which takes several times as long.
 */
export async function accessibilityViolations(page: Page): Promise<Violations> {
  const axe = new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ["violations"], selectors: false });
  return (await axe.analyze()).violations;
}
