import type { TileState } from "./tile-state.ts";

/** Paths on a 24 × 24 grid, from Material Symbols. One sprite, because two thousand icon components are slow to draw. */
const PATHS = {
  on: "M11 21h-1l1-7H7.5c-.88 0-.33-.75-.31-.78C8.48 10.94 10.42 7.54 13.01 3h1l-1 7h3.51c.4 0 .62.19.4.66C12.97 17.55 11 21 11 21z",
  low: "M16.67 4H15V2H9v2H7.33C6.6 4 6 4.6 6 5.33v15.33C6 21.4 6.6 22 7.33 22h9.33c.74 0 1.34-.6 1.34-1.33V5.33C18 4.6 17.4 4 16.67 4zM13 18h-2v-2h2v2zm0-4h-2V9h2v5z",
  off: "M13 3h-2v10h2V3zm4.83 2.17-1.42 1.42A6.92 6.92 0 0 1 19 12c0 3.87-3.13 7-7 7s-7-3.13-7-7c0-2.19 1.01-4.14 2.58-5.42L6.17 5.17A8.93 8.93 0 0 0 3 12a9 9 0 0 0 18 0c0-2.74-1.23-5.18-3.17-6.83z",
  switching:
    "M12 4V1L8 5l4 4V6c3.31 0 6 2.69 6 6 0 1.01-.25 1.97-.7 2.8l1.46 1.46A7.93 7.93 0 0 0 20 12c0-4.42-3.58-8-8-8zm0 14c-3.31 0-6-2.69-6-6 0-1.01.25-1.97.7-2.8L5.24 7.74A7.93 7.93 0 0 0 4 12c0 4.42 3.58 8 8 8v3l4-4-4-4v3z",
  offline:
    "M24 8.98A16.88 16.88 0 0 0 12 4c-1.77 0-3.47.28-5.07.79L18.3 16.16 24 8.98zM2.92 2.65 1.5 4.06l2.98 2.99A16.9 16.9 0 0 0 0 8.98l12 15 4.42-5.52 3.46 3.46 1.41-1.41L2.92 2.65z",
  unknown:
    "M11 18h2v-2h-2v2zm1-16C6.48 2 2 6.48 2 12s4.48 10 10 10 10-4.48 10-10S17.52 2 12 2zm0 18c-4.41 0-8-3.59-8-8s3.59-8 8-8 8 3.59 8 8-3.59 8-8 8zm0-14a4 4 0 0 0-4 4h2c0-1.1.9-2 2-2s2 .9 2 2c0 2-3 1.75-3 5h2c0-2.25 3-2.5 3-5a4 4 0 0 0-4-4z",
  vacant: "M19 19V4h-4V3H5v16H3v2h12V6h2v15h4v-2h-2zm-6 0H7V5h6v14zm-3-8h2v2h-2z",
  alarm:
    "M12 22c1.1 0 2-.9 2-2h-4a2 2 0 0 0 2 2zm6-6v-5c0-3.07-1.64-5.64-4.5-6.32V4c0-.83-.67-1.5-1.5-1.5s-1.5.67-1.5 1.5v.68C7.63 5.36 6 7.92 6 11v5l-2 2v1h16v-1l-2-2z",
  keepPower: "M12 1 3 5v6c0 5.55 3.84 10.74 9 12 5.16-1.26 9-6.45 9-12V5l-9-4zm-1 14H9v-4h2V7h2v4h2v4h-4z",
} as const satisfies Record<TileState | "alarm" | "keepPower", string>;

type IconName = keyof typeof PATHS;

export const TileSprite = () => (
  <svg width="0" height="0" aria-hidden="true" style={{ position: "absolute" }}>
    <defs>
      {Object.entries(PATHS).map(([name, path]) => (
        <symbol key={name} id={`hm-tile-${name}`} viewBox="0 0 24 24">
          <path d={path} fill="currentColor" />
        </symbol>
      ))}
    </defs>
  </svg>
);

export const TileIcon = ({ name }: { name: IconName }) => (
  <svg className="hm-tile-icon" aria-hidden="true">
    <use href={`#hm-tile-${name}`} />
  </svg>
);
