import type { NoticeKind, NoticeParams } from "./notice.ts";

/** Numbers and times as the reader's language writes them, in the site's zone and currency. */
export interface Wording {
  money(amountMinor: number): string;
  energy(wh: number): string;
  /** Date and time. */
  instant(iso: string): string;
  /** A local day, YYYY-MM-DD. */
  day(day: string): string;
}

export interface NoticeText {
  title: string;
  text: string;
}

/** Every kind in one language; a kind without its text does not compile. */
export type NoticeTexts = {
  readonly [Kind in NoticeKind]: (params: NoticeParams[Kind], wording: Wording) => NoticeText;
};
