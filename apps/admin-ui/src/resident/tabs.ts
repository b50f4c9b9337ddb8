/** The parts of the resident's page; the address keeps the one that is open, so that Back and bookmarks work. */
export const TABS = ["home", "use", "money", "me"] as const;
export type Tab = (typeof TABS)[number];

export const hashOfTab = (tab: Tab): string => (tab === "home" ? "#/" : `#/${tab}`);

/** An unknown address opens the first part. */
export const tabOfHash = (hash: string): Tab => TABS.find((tab) => hashOfTab(tab) === hash) ?? "home";
