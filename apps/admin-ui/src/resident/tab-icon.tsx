import type { Tab } from "./tabs.ts";

const PATHS = {
  home: "M4 11.5 12 5l8 6.5M6.5 10v9h11v-9M10 19v-5h4v5",
  use: "M5 19v-7M10 19V6M15 19v-9M20 19v-5",
  money: "M4 7.5h16v11H4zM4 11h16M8 15h3",
  me: "M12 12a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM5 19.5c.8-3.4 3.6-5 7-5s6.2 1.6 7 5",
} as const satisfies Record<Tab, string>;

export const TabIcon = ({ tab }: { tab: Tab }) => (
  <svg viewBox="0 0 24 24" aria-hidden="true">
    <path d={PATHS[tab]} />
  </svg>
);
