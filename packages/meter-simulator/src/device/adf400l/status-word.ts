/**
 * Status word 0311 / 0369. The ADF400L manual leaves its bits open; these are those of the sibling family (DDSY1352,
 * DTSY1352, ADF300). A single-phase circuit is loop L1.
 */
export const STATUS_BITS = {
  oneLoop: { relayClosed: 0x2000, forcedClosed: 0x0001 },
  threeLoops: { relayClosed: 0xe000, forcedClosed: 0x0007 },
  forcedOn: 0x0008,
  overLimit: 0x0010,
  arrears: 0x0020,
  alarm1: 0x0040,
  alarm2: 0x0080,
} as const;
