export const usersEn = {
  users: {
    empty: "No user",
    emptyHelp: "Add one with “hallmeter user add”.",
    allSites: "all sites",
  },
} as const;
