/** What all journeys share: in which settings they are walked, and how their pages are found by the words that a person reads. */
import type { BrowserContext, Locator, Page } from "playwright-core";
import { consoleEn } from "../../apps/admin-ui/src/i18n/console.en.ts";
import { consoleZh } from "../../apps/admin-ui/src/i18n/console.zh.ts";
import { residentEn } from "../../apps/admin-ui/src/i18n/resident.en.ts";
import { residentZh } from "../../apps/admin-ui/src/i18n/resident.zh.ts";
import type { Locale, Translated } from "../../apps/admin-ui/src/i18n/translated.ts";
import type { BrowserSite, Login, SIZES } from "../support/browser-site.ts";

/** A job of two households takes seconds, its meters included; a busy machine is slower. */
export const JOB_LIMIT_MS = 180_000;
/** "Relay confirmed closed within 3 s", and long enough for pages to be told on a busy machine. */
export const LIGHT_LIMIT_MS = 120_000;

export interface Setting {
  language: Locale;
  size: keyof typeof SIZES;
  colorScheme: "light" | "dark";
}

/** Two that cover languages and sizes, and the two that are left. */
const SETTINGS: readonly Setting[] = [
  { language: "en", size: "desk", colorScheme: "light" },
  { language: "zh", size: "phone", colorScheme: "dark" },
  { language: "zh", size: "desk", colorScheme: "dark" },
  { language: "en", size: "phone", colorScheme: "light" },
];
export const SETTINGS_WALKED =
  process.env.HALLMETER_TEST_SETTINGS === "all" ? SETTINGS : SETTINGS.slice(0, 2);

const LOCALES = { en: "en-GB", zh: "zh-CN" } as const satisfies Record<Locale, string>;
const CONSOLE = { en: consoleEn, zh: consoleZh } as const satisfies Record<Locale, unknown>;
const RESIDENT = { en: residentEn, zh: residentZh } as const satisfies Record<Locale, unknown>;

export interface Journey {
  name: string;
  walk: (visit: Visit) => Promise<void>;
}

/** One journey in one setting. */
export class Visit {
  readonly site: BrowserSite;
  readonly setting: Setting;
  readonly words: Translated<typeof consoleEn>;
  readonly residentWords: Translated<typeof residentEn>;
  readonly #contexts: BrowserContext[] = [];

  constructor(site: BrowserSite, setting: Setting) {
    this.site = site;
    this.setting = setting;
    this.words = CONSOLE[setting.language];
    this.residentWords = RESIDENT[setting.language];
  }

  /** Each setting has rooms of its own: what one does there, no other meets. */
  room(choices: readonly [string, string, string, string]): string {
    return choices[SETTINGS.indexOf(this.setting)] ?? choices[0];
  }

  get tag(): string {
    return `${this.setting.language} ${this.setting.size}`;
  }

  /** A browser of somebody who has not signed in. */
  async stranger(baseURL = this.site.origin): Promise<Page> {
    return this.#pageOf(await this.site.visitor({ ...this.#look, baseURL }));
  }

  /** A browser of somebody who has signed in before. */
  async signedIn(who: string | Login, baseURL = this.site.origin): Promise<Page> {
    return this.#pageOf(await this.site.signedIn(who, { ...this.#look, baseURL }));
  }

  async end(): Promise<void> {
    await Promise.all(this.#contexts.map((context) => context.close()));
  }

  get #look() {
    const { language, size, colorScheme } = this.setting;
    return { locale: LOCALES[language], size, colorScheme };
  }

  async #pageOf(context: BrowserContext): Promise<Page> {
    this.#contexts.push(context);
    return context.newPage();
  }
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The whole of a message, whatever fills its holes, in any of its plural forms. */
export function like(message: string): RegExp {
  const forms = message.split("||||").map((form) =>
    form
      .trim()
      .split(/%\{\w+\}/)
      .map(escaped)
      .join(".+"),
  );
  return new RegExp(`^(?:${forms.join("|")})$`);
}

/** The same with its holes filled. */
export const filled = (message: string, params: Record<string, string | number>): RegExp =>
  like(message.replace(/%\{(\w+)\}/g, (hole, name: string) => String(params[name] ?? hole)));

/** A message at the beginning of a name. */
export const startingWith = (message: string): RegExp => new RegExp(`^${escaped(message)}`);

export type Place = Page | Locator;
export const button = (place: Place, message: string) => place.getByRole("button", { name: like(message) });
export const link = (place: Place, message: string) => place.getByRole("link", { name: like(message) });
export const heading = (place: Place, message: string) => place.getByRole("heading", { name: like(message) });
export const textbox = (place: Place, message: string) => place.getByRole("textbox", { name: like(message) });
export const numberBox = (place: Place, message: string) =>
  place.getByRole("spinbutton", { name: like(message) });
export const text = (place: Place, message: string) => place.getByText(like(message));
export const dialogOf = (page: Page) => page.getByRole("dialog");
