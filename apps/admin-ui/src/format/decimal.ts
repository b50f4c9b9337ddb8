/**
 * An integer of minor units as a decimal string, exactly: 5005 with 2 digits is "50.05". Intl formats such a string without
 * passing through floating point.
 */
export function minorToDecimal(amountMinor: number, digits: number): `${number}` {
  const negative = amountMinor < 0;
  const text = String(Math.abs(amountMinor)).padStart(digits + 1, "0");
  const whole = digits === 0 ? text : text.slice(0, -digits);
  const fraction = digits === 0 ? "" : `.${text.slice(-digits)}`;
  return `${negative ? "-" : ""}${whole}${fraction}` as `${number}`;
}

/** Digits that a desk's keyboard may produce under a Chinese input method, as ASCII. */
const toAscii = (text: string): string =>
  text
    .replace(/[０-９．，]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0))
    .replaceAll("。", ".");

/**
 * What a person typed as an amount, in minor units; null when it is not one: more decimals than the currency has, a sign,
 * nothing. "50", "50.5", "1,000.00", "５０" are amounts. A comma groups thousands, it never marks decimals.
 */
export function parseAmountMinor(text: string, digits: number): number | null {
  const cleaned = toAscii(text)
    .trim()
    .replace(/^[¥￥$€]\s*/, "");
  const match = /^(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d*))?$/.exec(cleaned);
  if (match === null) return null;
  const fraction = match[2] ?? "";
  if (fraction.length > digits) return null;
  const minor = Number(`${(match[1] ?? "").replaceAll(",", "")}${fraction.padEnd(digits, "0")}`);
  return Number.isSafeInteger(minor) ? minor : null;
}
