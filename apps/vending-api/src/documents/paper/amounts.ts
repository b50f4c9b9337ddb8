import { DateTime } from "luxon";
import type { Language } from "./language.ts";

/** "1,234.50" from 123450 and two digits, without ever passing through a fraction. The sign is the one that
 * programs read too: the Chinese font's true minus is as wide as a character. */
export function decimalText(value: number, digits: number): string {
  const figures = Math.abs(value)
    .toString()
    .padStart(digits + 1, "0");
  const whole = figures.slice(0, figures.length - digits).replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = digits === 0 ? "" : `.${figures.slice(-digits)}`;
  return `${value < 0 ? "-" : ""}${whole}${fraction}`;
}

/** "1,234.50 CNY". */
export function moneyText(amountMinor: number, currency: string, digits: number): string {
  return `${decimalText(amountMinor, digits)} ${currency}`;
}

/** kWh of Wh, to the last one. */
export function kwhText(wh: number): string {
  return decimalText(wh, 3);
}

const NANO_DIGITS = 9;

/** Amounts of 10⁻⁹ of the major unit, exact, all with the same digits: as few as do, and no fewer than the currency has. */
export function exactTexts(amountsNano: readonly number[], currencyDigits: number): string[] {
  let digits = NANO_DIGITS;
  let unit = 1;
  while (digits > currencyDigits && amountsNano.every((nano) => nano % (unit * 10) === 0)) {
    digits -= 1;
    unit *= 10;
  }
  return amountsNano.map((nano) => decimalText(nano / unit, digits));
}

/** ISO order reads the same in both languages. */
export function timeText(at: string, timeZone: string): string {
  return DateTime.fromISO(at, { zone: timeZone }).toFormat("yyyy-MM-dd HH:mm:ss");
}

export function dayText(at: string, timeZone: string): string {
  return DateTime.fromISO(at, { zone: timeZone }).toFormat("yyyy-MM-dd");
}

/** "November 2026", 2026年11月. */
export function monthText(month: string, language: Language): string {
  const at = DateTime.fromISO(`${month}-01`, { zone: "utc", locale: language });
  return at.toFormat(language === "zh" ? "yyyy年M月" : "LLLL yyyy");
}
