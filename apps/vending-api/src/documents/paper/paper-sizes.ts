/** Points per millimetre. */
const MM = 72 / 25.4;

export interface PaperSize {
  width: number;
  /** Null: a roll, cut where the document ends. */
  height: number | null;
  margin: number;
  /** Of running text, points; everything else is in proportion. */
  textSize: number;
}

/** ISO 216 sheets, and the two usual rolls of receipt printers: 80 mm prints 72 mm wide, 58 mm prints 48 mm. */
export const PAPER_SIZES = {
  a4: { width: 210 * MM, height: 297 * MM, margin: 17 * MM, textSize: 9 },
  a5: { width: 148 * MM, height: 210 * MM, margin: 12.7 * MM, textSize: 9 },
  "roll-80": { width: 80 * MM, height: null, margin: 4 * MM, textSize: 8.5 },
  "roll-58": { width: 58 * MM, height: null, margin: 5 * MM, textSize: 7.5 },
} as const satisfies Record<string, PaperSize>;

export type PaperName = keyof typeof PAPER_SIZES;
export const PAPER_NAMES = Object.keys(PAPER_SIZES) as [PaperName, ...PaperName[]];
