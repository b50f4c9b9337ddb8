/** About 300 bytes as BSON, like the values LMDB is measured with. */
export const account = (number: number) => ({
  number,
  name: `account ${number}`,
  place: `place ${number % 100}`,
  balance: number % 1000,
  note: "x".repeat(180),
});

/** Accounts that are grouped, and those of them that are read as a range. */
export const grouped = 100_000;
export const ranged = 50_000;
