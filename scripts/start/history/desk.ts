import type { ApiClient } from "../api-client.ts";

export const METHODS = ["cash", "card", "transfer"] as const;
type Takings = Record<(typeof METHODS)[number], number>;

interface Shift {
  id: string;
  expected: Takings;
}

/** Who sells at one till. */
export interface Desk {
  open(floatMinor: number): Promise<void>;
  /** Answers the purchase. */
  sell(householdId: string, amountMinor: number, method: (typeof METHODS)[number]): Promise<{ id: string }>;
  void(purchaseId: string, reason: string): Promise<void>;
  moveCash(kind: "cash-in" | "cash-out", amountMinor: number, reason: string): Promise<void>;
  /** `missingMinor`: what the count of the drawer lacks; below zero it has too much. */
  close(missingMinor: number, note: string): Promise<void>;
}

export function openDesk(seller: ApiClient, tillId: string): Desk {
  let shiftId = "";
  return {
    async open(floatMinor) {
      shiftId = (await seller.post<Shift>(`/tills/${tillId}/shifts`, { floatMinor })).id;
    },
    sell: (householdId, amountMinor, method) =>
      seller.post("/purchases", { householdId, amountMinor, method }),
    async void(purchaseId, reason) {
      await seller.post(`/purchases/${purchaseId}/void`, { reason });
    },
    async moveCash(kind, amountMinor, reason) {
      await seller.post(`/till-shifts/${shiftId}/movements`, { kind, amountMinor, reason });
    },
    async close(missingMinor, note) {
      const { expected } = await seller.get<Shift>(`/till-shifts/${shiftId}`);
      const counted = { ...expected, cash: expected.cash - missingMinor };
      await seller.post(`/till-shifts/${shiftId}/close`, { counted, note });
    },
  };
}
