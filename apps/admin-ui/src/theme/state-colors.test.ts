import { describe, expect, it } from "vitest";
import { contrast } from "./contrast.ts";
import { STATE_COLORS } from "./state-colors.ts";

describe.each(["light", "dark"] as const)("state colours, %s", (mode) => {
  it.each(Object.entries(STATE_COLORS[mode]))("%s can be read", (_state, { ground, text }) => {
    expect(contrast(ground, text)).toBeGreaterThanOrEqual(4.5);
  });
});
