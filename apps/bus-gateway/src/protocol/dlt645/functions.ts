/** DL/T 645-2007, control code: what a request's control code asks for. */
export const FUNCTIONS = {
  broadcastTime: 0x08,
  read: 0x11,
  readMore: 0x12,
  readAddress: 0x13,
  write: 0x14,
  writeAddress: 0x15,
  freeze: 0x16,
  changeBaud: 0x17,
  changePassword: 0x18,
  clearDemand: 0x19,
  clearMeter: 0x1a,
  clearEvents: 0x1b,
  control: 0x1c,
} as const satisfies Record<string, number>;

/** Never answered, whoever is addressed. */
export const UNANSWERED_FUNCTIONS: ReadonlySet<number> = new Set([FUNCTIONS.broadcastTime]);
