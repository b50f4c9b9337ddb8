import { describe, expect, it } from "vitest";
import { forgetPendingSale, keepPendingSale, readPendingSale, type SaleStorage } from "./pending-sale.ts";

function storageWith(initial: Record<string, string> = {}): SaleStorage {
  const items = new Map(Object.entries(initial));
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

describe("pending sale", () => {
  it("survives until it is forgotten, with its key", () => {
    const storage = storageWith();
    const pending = {
      idempotencyKey: "key-1",
      sale: { householdId: "h1", amountMinor: 5000, method: "cash" },
      householdName: "101",
    };
    expect(readPendingSale(storage)).toBeNull();
    keepPendingSale(storage, pending);
    expect(readPendingSale(storage)).toEqual(pending);
    forgetPendingSale(storage);
    expect(readPendingSale(storage)).toBeNull();
  });

  it.each([
    "",
    "null",
    "{",
    "[]",
    '{"idempotencyKey":"k"}',
    '{"idempotencyKey":"k","sale":{"householdId":"h","amountMinor":1.5}}',
  ])("ignores what is not one: %j", (stored) => {
    expect(readPendingSale(storageWith({ "hallmeter.pending-sale": stored }))).toBeNull();
  });
});
