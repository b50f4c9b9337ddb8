import { minorToDecimal } from "./decimal.ts";

export interface FormatSettings {
  locale: "en" | "zh";
  /** IANA zone of the site: times are the site's, wherever the browser stands. */
  timeZone: string;
  currency: string;
  currencyDigits: number;
}

/** Numbers, money and times as a person reads them. Missing values are an em dash. */
export interface Format {
  money(amountMinor: number | null | undefined): string;
  /** With a plus sign where money comes in, as a ledger shows it. */
  signedMoney(amountMinor: number): string;
  /** The bare number, for an input field. */
  amount(amountMinor: number): string;
  /** Of a kilowatt-hour, or of what `per` names. */
  price(priceMicro: number, per?: string): string;
  energy(wh: number | null | undefined): string;
  /** On an axis: rounded to what fits there. */
  energyShort(wh: number): string;
  /** Writes the figures of an axis that ends at `mostWh`, all in one unit. */
  energyAxis(mostWh: number): (wh: number) => string;
  power(w: number | null | undefined): string;
  reactive(varPower: number): string;
  voltage(dv: number): string;
  current(ca: number): string;
  factor(milli: number): string;
  /** A factor in millionths, to four places: 0.9999 and 0.9880 must not look alike. */
  factorPpm(ppm: number): string;
  frequency(chz: number): string;
  integer(value: number): string;
  percentMilli(milli: number): string;
  date(at: string | number): string;
  dateTime(at: string | number): string;
  /** Hours and minutes. */
  time(at: string | number): string;
  /** To the second: what is live is shown so. */
  clock(at: string | number): string;
  /** The time today, the date with time otherwise. */
  moment(at: string | number, nowMs: number): string;
  day(localDay: string): string;
  /** Of "YYYY-MM". */
  month(localMonth: string): string;
  /** The same without its year, for an axis. */
  monthShort(localMonth: string): string;
  /** "2026-11" with its whole name and year. */
  monthAndYear(localMonth: string): string;
  duration(seconds: number): string;
  milliseconds(ms: number): string;
}

const LOCALE_TAGS = { en: "en-GB", zh: "zh-CN" } as const;
const MISSING = "—";
/** Narrow no-break space: a number and its unit stay on one line. */
const GAP = "\u202f";

export function createFormat(settings: FormatSettings): Format {
  const tag = LOCALE_TAGS[settings.locale];
  const { timeZone, currency, currencyDigits } = settings;
  const number = (options: Intl.NumberFormatOptions = {}) => new Intl.NumberFormat(tag, options);
  const instant = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(tag, { timeZone, hourCycle: "h23", ...options });

  const moneyStyle = {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: currencyDigits,
    maximumFractionDigits: currencyDigits,
  } as const;
  const money = number(moneyStyle);
  const signedMoney = number({ ...moneyStyle, signDisplay: "exceptZero" });
  const price = number({ ...moneyStyle, maximumFractionDigits: 6 });
  const integer = number({ maximumFractionDigits: 0 });
  const short = number({ maximumFractionDigits: 1 });
  const decimals = [0, 1, 2, 3, 4].map((digits) =>
    number({ minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
  const scaled = (value: number, digits: number): string =>
    decimals[digits]?.format(minorToDecimal(value, digits)) ?? integer.format(value);
  const date = instant({ year: "numeric", month: "short", day: "numeric" });
  const dateTime = instant({ month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
  const time = instant({ hour: "2-digit", minute: "2-digit" });
  const clock = instant({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const dayNumber = instant({ year: "numeric", month: "2-digit", day: "2-digit" });
  const localDay = new Intl.DateTimeFormat(tag, { timeZone: "UTC", month: "short", day: "numeric" });
  const monthAndYear = new Intl.DateTimeFormat(tag, { timeZone: "UTC", month: "long", year: "numeric" });
  const localMonth = new Intl.DateTimeFormat(tag, { timeZone: "UTC", month: "short", year: "2-digit" });
  const localMonthShort = new Intl.DateTimeFormat(tag, { timeZone: "UTC", month: "short" });
  const ms = (at: string | number) => (typeof at === "number" ? at : Date.parse(at));
  const kilo = (value: number, unit: string): string =>
    Math.abs(value) < 1000 ? `${integer.format(value)}${GAP}${unit}` : `${scaled(value, 3)}${GAP}k${unit}`;

  return {
    money: (amount) => (amount == null ? MISSING : money.format(minorToDecimal(amount, currencyDigits))),
    signedMoney: (amount) => signedMoney.format(minorToDecimal(amount, currencyDigits)),
    amount: (amount) => minorToDecimal(amount, currencyDigits),
    price: (micro, per = "kWh") => `${price.format(minorToDecimal(micro, 6))}/${per}`,
    energy: (wh) => (wh == null ? MISSING : kilo(wh, "Wh")),
    energyShort: (wh) =>
      Math.abs(wh) < 1000 ? `${integer.format(wh)}${GAP}Wh` : `${short.format(wh / 1000)}${GAP}kWh`,
    energyAxis: (mostWh) => (wh) =>
      mostWh < 1000 ? `${integer.format(wh)}${GAP}Wh` : `${short.format(wh / 1000)}${GAP}kWh`,
    power: (w) => (w == null ? MISSING : `${integer.format(w)}${GAP}W`),
    reactive: (value) => `${integer.format(value)}${GAP}var`,
    voltage: (dv) => `${scaled(dv, 1)}${GAP}V`,
    current: (ca) => `${scaled(ca, 2)}${GAP}A`,
    factor: (milli) => scaled(milli, 3),
    factorPpm: (ppm) => scaled(Math.floor(ppm / 100), 4),
    frequency: (chz) => `${scaled(chz, 2)}${GAP}Hz`,
    integer: (value) => integer.format(value),
    milliseconds: (value) =>
      value < 10_000 ? `${integer.format(value)}${GAP}ms` : `${short.format(value / 1000)}${GAP}s`,
    percentMilli: (milli) => `${scaled(milli, 1)}${GAP}%`,
    date: (at) => date.format(ms(at)),
    dateTime: (at) => dateTime.format(ms(at)),
    time: (at) => time.format(ms(at)),
    clock: (at) => clock.format(ms(at)),
    moment: (at, nowMs) =>
      dayNumber.format(ms(at)) === dayNumber.format(nowMs) ? clock.format(ms(at)) : dateTime.format(ms(at)),
    day: (day) => localDay.format(Date.parse(`${day}T00:00:00Z`)),
    monthAndYear: (month) => monthAndYear.format(Date.parse(`${month}-01T00:00:00Z`)),
    month: (month) => localMonth.format(Date.parse(`${month}-01T00:00:00Z`)),
    monthShort: (month) => localMonthShort.format(Date.parse(`${month}-01T00:00:00Z`)),
    duration: (seconds) => {
      const units = settings.locale === "zh" ? ["秒", "分钟", "小时"] : ["s", "min", "h"];
      const [value, unit] =
        seconds < 120 ? [seconds, 0] : seconds < 7200 ? [seconds / 60, 1] : [seconds / 3600, 2];
      return `${number({ maximumFractionDigits: 1 }).format(value)}${GAP}${units[unit]}`;
    },
  };
}

/** The site's local date of an instant, "YYYY-MM-DD". */
export function localDayOf(ms: number, timeZone: string): string {
  // Swedish dates are ISO 8601.
  return new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(ms);
}

/** Tells how far the zone's wall clock is ahead of UTC at an instant; to be kept by who asks for many. */
export function offsetReader(timeZone: string): (ms: number) => number {
  const wallClock = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    hourCycle: "h23",
    dateStyle: "short",
    timeStyle: "medium",
  });
  return (ms) => Date.parse(`${wallClock.format(ms).replace(" ", "T")}Z`) - Math.floor(ms / 1000) * 1000;
}

const offsetMsAt = (ms: number, timeZone: string): number => offsetReader(timeZone)(ms);

/**
 * The instant at which the zone's wall clock shows "YYYY-MM-DDTHH:mm", in ms since the epoch. The second try is right beside
 * a change of the clock, where the first used the offset of the other side.
 */
export function instantOfWallTimeMs(wallTime: string, timeZone: string): number {
  const asUtc = Date.parse(`${wallTime}Z`);
  const guess = asUtc - offsetMsAt(asUtc, timeZone);
  return asUtc - offsetMsAt(guess, timeZone);
}

/** When the site's local day began, in ms since the epoch; right on days of 23 and 25 hours. */
export const startOfLocalDayMs = (ms: number, timeZone: string): number =>
  instantOfWallTimeMs(`${localDayOf(ms, timeZone)}T00:00`, timeZone);
