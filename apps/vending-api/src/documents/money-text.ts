/** "1,234.50 CNY" from 123450 minor units, without ever passing through a fraction. */
export function moneyText(amountMinor: number, currency: string, digits: number): string {
  const minor = Math.abs(amountMinor)
    .toString()
    .padStart(digits + 1, "0");
  const whole = minor.slice(0, minor.length - digits).replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = digits === 0 ? "" : `.${minor.slice(-digits)}`;
  return `${amountMinor < 0 ? "−" : ""}${whole}${fraction} ${currency}`;
}
