/**
 * What a spreadsheet takes for a formula, full-width signs included: OWASP, "CSV Injection". The apostrophe in front keeps it text.
 * Texts that begin with apostrophes before such a sign get one more, so that taking one away always gives the text back.
 */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
const NEUTRALIZED = /^''*[=+\-@\t\r\n＝＋－＠]/;

export function neutralized(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** The text that was neutralized. */
export function restored(text: string): string {
  return NEUTRALIZED.test(text) ? text.slice(1) : text;
}
