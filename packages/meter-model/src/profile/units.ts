/** What current and voltage transformers do to a quantity: a register counts the secondary side. */
export type RatioKind = "none" | "ct" | "pt" | "ct-and-pt";

interface Unit {
  symbol: string;
  /** Digits after the point when a person reads it. */
  decimals: number;
  ratio: RatioKind;
}

/** The unit is the last part of a register's name. Longer endings stand before those they contain. */
export const UNITS = {
  MinorPerKWh: { symbol: "/kWh", decimals: 2, ratio: "none" },
  Varh: { symbol: "varh", decimals: 0, ratio: "ct-and-pt" },
  Wh: { symbol: "Wh", decimals: 0, ratio: "ct-and-pt" },
  Var: { symbol: "var", decimals: 0, ratio: "ct-and-pt" },
  W: { symbol: "W", decimals: 0, ratio: "ct-and-pt" },
  Dv: { symbol: "V", decimals: 1, ratio: "pt" },
  Ca: { symbol: "A", decimals: 2, ratio: "ct" },
  CHz: { symbol: "Hz", decimals: 2, ratio: "none" },
  Milli: { symbol: "", decimals: 3, ratio: "none" },
  Centi: { symbol: "", decimals: 2, ratio: "none" },
  Minor: { symbol: "", decimals: 2, ratio: "none" },
  Ms: { symbol: "ms", decimals: 0, ratio: "none" },
  S: { symbol: "s", decimals: 0, ratio: "none" },
  Word: { symbol: "", decimals: 0, ratio: "none" },
} as const satisfies Record<string, Unit>;
export type UnitName = keyof typeof UNITS;
const UNIT_NAMES = Object.keys(UNITS) as UnitName[];

/** Found once each: every sample asks for the same few names. */
const KNOWN_UNITS = new Map<string, UnitName | undefined>();

/** Unit of a register's name, e.g. "phaseA.voltageDv" → "Dv"; undefined for counts, ratios and switches. */
export function unitOf(registerName: string): UnitName | undefined {
  if (!KNOWN_UNITS.has(registerName))
    KNOWN_UNITS.set(
      registerName,
      UNIT_NAMES.find((unit) => registerName.endsWith(unit)),
    );
  return KNOWN_UNITS.get(registerName);
}

/** By how much the transformers' ratios multiply the register's value. */
export function ratioFactor(registerName: string, ctRatio: number, ptRatio: number): number {
  const unit = unitOf(registerName);
  switch (unit === undefined ? "none" : UNITS[unit].ratio) {
    case "none":
      return 1;
    case "ct":
      return ctRatio;
    case "pt":
      return ptRatio;
    case "ct-and-pt":
      return ctRatio * ptRatio;
  }
}

/** An integer with an implied point as a person reads it: (2301, 1) → "230.1". Exact: no division. */
export function formatFixed(value: number, decimals: number): string {
  const digits = String(Math.abs(value)).padStart(decimals + 1, "0");
  const sign = value < 0 ? "-" : "";
  if (decimals === 0) return sign + digits;
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** A register's value with its unit: ("voltageDv", 2301) → "230.1 V", ("statusWord", 8192) → "0x2000". */
export function formatValue(registerName: string, value: number): string {
  const unit = unitOf(registerName);
  if (unit === undefined) return String(value);
  if (unit === "Word") return `0x${value.toString(16).toUpperCase().padStart(4, "0")}`;
  const { symbol, decimals } = UNITS[unit];
  const text = formatFixed(value, decimals);
  if (symbol === "") return text;
  return symbol.startsWith("/") ? text + symbol : `${text} ${symbol}`;
}
