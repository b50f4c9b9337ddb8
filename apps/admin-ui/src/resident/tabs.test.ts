import { expect, it } from "vitest";
import { hashOfTab, TABS, tabOfHash } from "./tabs.ts";

it.each(TABS)("finds %s again from its own address", (tab) => {
  expect(tabOfHash(hashOfTab(tab))).toBe(tab);
});

it.each(["", "#", "#/nowhere", "#/use/more"])("opens the first part at %j", (hash) => {
  expect(tabOfHash(hash)).toBe("home");
});
