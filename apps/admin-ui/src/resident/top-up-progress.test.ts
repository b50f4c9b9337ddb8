import { describe, expect, it } from "vitest";
import { type MyTopUp, TOP_UP_STATES } from "./rows.ts";
import { newsOfTopUps, progressOf } from "./top-up-progress.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const topUp = (change: Partial<MyTopUp>): MyTopUp => ({
  id: "t1",
  amountMinor: 5000,
  currency: "CNY",
  state: "pending",
  redirectUrl: "https://pay.example/1",
  createdAt: "2026-03-01T11:30:00Z",
  expiresAt: "2026-03-01T12:30:00Z",
  creditedAt: null,
  purchaseId: null,
  ...change,
});

describe("newsOfTopUps", () => {
  it.each([
    ["waits for the payer", {}, true],
    ["waits, but its time is over", { expiresAt: "2026-03-01T11:59:59Z" }, false],
    ["paid, not yet in the account", { state: "paid", expiresAt: "2026-03-01T11:00:00Z" }, true],
    ["just arrived", { state: "credited", creditedAt: "2026-03-01T11:55:00Z" }, true],
    ["arrived long ago", { state: "credited", creditedAt: "2026-03-01T11:45:00Z" }, false],
    ["failed", { state: "failed" }, false],
  ] as const)("%s", (_name, change, isNews) => {
    expect(newsOfTopUps([topUp(change)], NOW)).toHaveLength(isNews ? 1 : 0);
  });
});

it("calls only what is in the account done", () => {
  expect(TOP_UP_STATES.filter((state) => progressOf({ state }) === "done")).toEqual(["credited"]);
});
