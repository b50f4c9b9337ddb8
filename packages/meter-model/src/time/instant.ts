let lastText = "";
let lastMs = Number.NaN;

/** An RFC 3339 instant in ms. Everything that looks at a sample asks for the same one in turn, and parsing takes a microsecond. */
export function instantMs(at: string): number {
  if (at !== lastText) {
    lastMs = Date.parse(at);
    lastText = at;
  }
  return lastMs;
}
