import { describe, expect, it } from "vitest";
import { ApiProblem } from "../api/problem.ts";
import { bringUpToDate } from "./bring-up-to-date.ts";
import type { CardReader } from "./card-reader.ts";
import type { Card, CardWrite, Handled } from "./rows.ts";

const CARD: Card = {
  ...{ id: "c1", siteId: "s1", householdId: "h1", circuitId: "l1", uid: "04a1b2c3", state: "active" },
  ...{ issuedAt: "2026-01-01T00:00:00Z", readAt: null, readCount: 0, takenCount: 0, carriedMinor: 5000 },
  ...{ count: 1, stateReason: "", replaces: null },
};
const WRITE: CardWrite = { offset: 144, bytes: "01020304" };

/** A chip of which `lost` writes do not arrive whole; the API asks for the write until the chip shows it. */
function desk({ lost = 0 } = {}) {
  const written: string[] = [];
  let memory = "";
  const reader: CardReader = {
    read: async () => ({ uid: CARD.uid, memory }),
    write: async (uid, { offset, bytes }) => {
      written.push(`${uid} ${offset} ${bytes}`);
      if (written.length > lost) memory = bytes;
      return { uid, memory };
    },
  };
  const present = async (cardId: string, seen: { memory: string }): Promise<Handled> => ({
    card: { ...CARD, id: cardId, readCount: seen.memory === WRITE.bytes ? 1 : 0 },
    write: seen.memory === WRITE.bytes ? null : WRITE,
  });
  return { written, io: { reader, present } };
}

describe("bringing a card up to date", () => {
  it("touches nothing where the card shows all that it should", async () => {
    const { written, io } = desk();
    expect(await bringUpToDate({ card: CARD, write: null }, io)).toBe(CARD);
    expect(written).toEqual([]);
  });

  it("writes on the card's own chip, and learns from what it shows afterwards", async () => {
    const { written, io } = desk();
    expect((await bringUpToDate({ card: CARD, write: WRITE }, io)).readCount).toBe(1);
    expect(written).toEqual(["04a1b2c3 144 01020304"]);
  });

  it("writes a card that was pulled away once more, and then gives up", async () => {
    expect((await bringUpToDate({ card: CARD, write: WRITE }, desk({ lost: 1 }).io)).readCount).toBe(1);
    const away = desk({ lost: 9 });
    const failed = await bringUpToDate({ card: CARD, write: WRITE }, away.io).catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(ApiProblem);
    expect(failed).toMatchObject({ code: "card-not-read-back" });
    expect(away.written).toHaveLength(2);
  });
});
