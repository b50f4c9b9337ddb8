import type { BrowserContext } from "playwright-core";
import { launchChromium, signedInContext } from "./chromium.ts";
import { startTestDemonstration, type TestDemonstration } from "./demonstration.ts";

export const SIZES = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;
/** A page of the console fetches a handful of rows; slow only while the machine is busy with other tests. */
export const PAGE_LIMIT_MS = 150_000;

export interface Login {
  login: string;
  password: string;
}

export interface Look {
  /** Of the console; the gateway and other servers have their own. */
  baseURL?: string;
  size?: keyof typeof SIZES;
  colorScheme?: "light" | "dark";
  locale?: string;
}

/** The demonstration with a browser in front of it. */
export interface BrowserSite extends TestDemonstration {
  loginOf(role: string, room?: string): Login;
  /** Somebody who has not signed in. */
  visitor(look?: Look): Promise<BrowserContext>;
  signedIn(who: string | Login, look?: Look & { room?: string }): Promise<BrowserContext>;
  leave(): Promise<void>;
}

export async function openBrowserSite(executablePath: string, historyDays?: number): Promise<BrowserSite> {
  const site = await startTestDemonstration(historyDays);
  const browse = await inBrowser(site, executablePath);
  return {
    ...browse,
    async leave() {
      await browse.leave();
      await site.close();
      await site.remove();
    },
  };
}

/** A browser before a demonstration that stays when the browser leaves. */
export async function inBrowser(site: TestDemonstration, executablePath: string): Promise<BrowserSite> {
  const browser = await launchChromium(executablePath);
  const optionsOf = ({
    baseURL = site.origin,
    size = "desk",
    colorScheme = "light",
    locale = "en-GB",
  }: Look) => ({
    ...{ baseURL, colorScheme, locale },
    viewport: SIZES[size],
  });
  const patient = (context: BrowserContext) => {
    context.setDefaultTimeout(PAGE_LIMIT_MS);
    return context;
  };
  const loginOf = (role: string, room?: string) => {
    const found = site.logins.find((login) => login.role === role && login.room === room);
    if (!found) throw new RangeError(`no login for ${role} ${room ?? ""}`);
    return found;
  };
  return {
    ...site,
    loginOf,
    visitor: async (look = {}) =>
      patient(await browser.newContext({ reducedMotion: "reduce", ...optionsOf(look) })),
    signedIn: async (who, { room, ...look } = {}) =>
      patient(
        await signedInContext(browser, typeof who === "string" ? loginOf(who, room) : who, optionsOf(look)),
      ),
    leave: () => browser.close(),
  };
}
