import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchChromium, signedInContext } from "./chromium.ts";
import { startTestDemonstration, type TestDemonstration } from "./demonstration.ts";

export const SIZES = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;
/** A page of the console fetches a handful of rows; slow only while the machine is busy with other tests. */
export const PAGE_LIMIT_MS = 30_000;

export interface Visit {
  room?: string;
  size?: keyof typeof SIZES;
  colorScheme?: "light" | "dark";
  locale?: string;
}

/** The demonstration with a browser in front of it. */
export interface BrowserSite extends TestDemonstration {
  browser: Browser;
  loginOf(role: string, room?: string): { login: string; password: string };
  signedIn(role: string, visit?: Visit): Promise<BrowserContext>;
  leave(): Promise<void>;
}

export async function openBrowserSite(executablePath: string, historyDays?: number): Promise<BrowserSite> {
  const site = await startTestDemonstration(historyDays);
  const browser = await launchChromium(executablePath);
  const loginOf = (role: string, room?: string) => {
    const found = site.logins.find((login) => login.role === role && login.room === room);
    if (!found) throw new RangeError(`no login for ${role} ${room ?? ""}`);
    return found;
  };
  return {
    ...site,
    browser,
    loginOf,
    async signedIn(role, { room, size = "desk", colorScheme = "light", locale = "en-GB" } = {}) {
      const viewport = SIZES[size];
      const context = await signedInContext(browser, loginOf(role, room), {
        baseURL: site.origin,
        ...{ viewport, colorScheme, locale },
      });
      context.setDefaultTimeout(PAGE_LIMIT_MS);
      return context;
    },
    async leave() {
      await browser.close();
      await site.close();
      await site.remove();
    },
  };
}

export const tileOf = (page: Page, room: string) =>
  page.locator("button.hm-tile", {
    has: page.locator(".hm-tile-room", { hasText: new RegExp(`(^|\\s)${room}$`) }),
  });
