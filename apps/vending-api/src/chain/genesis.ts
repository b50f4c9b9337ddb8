/** What the first entry of a chain calls its predecessor. */
export const GENESIS_HASH = "0".repeat(64);
