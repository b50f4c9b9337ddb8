/** Colours that mean something. Text on its ground has a contrast of at least 4.5 : 1 in both themes. */
export const STATE_COLORS = {
  light: {
    on: { ground: "#e2f2e8", text: "#12532f", edge: "#3b9a68" },
    low: { ground: "#fcf0d2", text: "#664400", edge: "#c98a12" },
    off: { ground: "#3a474f", text: "#f4f7f8", edge: "#3a474f" },
    switching: { ground: "#deedf8", text: "#0d4468", edge: "#3585bd" },
    offline: { ground: "#e9edef", text: "#45525a", edge: "#9aa8b0" },
    unknown: { ground: "#f0f2f3", text: "#4b5860", edge: "#b4bfc5" },
    vacant: { ground: "#fbfcfc", text: "#55636b", edge: "#d0d8dc" },
    alarm: { ground: "#fbe4e1", text: "#8c1d14", edge: "#b3261e" },
  },
  dark: {
    on: { ground: "#16372a", text: "#b5ebcc", edge: "#3f9e6e" },
    low: { ground: "#3d2f0d", text: "#ffdd94", edge: "#c4902a" },
    off: { ground: "#0a0e10", text: "#c6d0d5", edge: "#55656e" },
    switching: { ground: "#12324a", text: "#b4dcf8", edge: "#4a97cc" },
    offline: { ground: "#20272b", text: "#a9b6bd", edge: "#5d6b73" },
    unknown: { ground: "#1d2428", text: "#a9b6bd", edge: "#49565e" },
    vacant: { ground: "#151b1e", text: "#98a6ae", edge: "#323d43" },
    alarm: { ground: "#47150f", text: "#ffc9c2", edge: "#f2796c" },
  },
} as const;

export type ThemeMode = keyof typeof STATE_COLORS;
export type StateColor = keyof (typeof STATE_COLORS)["light"];

/** The same colours as CSS variables: `--hm-on-ground`, `--hm-on-text`, `--hm-on-edge`. */
export function stateVariables(mode: ThemeMode): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [state, colors] of Object.entries(STATE_COLORS[mode]))
    for (const [part, color] of Object.entries<string>(colors)) variables[`--hm-${state}-${part}`] = color;
  return variables;
}

export const stateVar = (state: StateColor, part: "ground" | "text" | "edge"): string =>
  `var(--hm-${state}-${part})`;
