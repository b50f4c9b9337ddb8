import type { Hold, HoldKind, RelayState } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { NOTHING_TOLD, powerNews, type ToldPower } from "./power-news.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 12, minute));
const hold = (kind: HoldKind, minute: number, params: Hold["params"] = {}): Hold => ({
  kind,
  reason: "balance-used-up",
  params,
  origin: { type: "rule", id: kind, name: kind },
  since: at(minute).toISOString(),
});
const circuit = (relay: RelayState, minute: number, ...holds: Hold[]) => ({
  relay,
  holds,
  stateAt: at(minute),
});

describe("news of a household's power", () => {
  it("tells a cut once for all its circuits, then that it is back, and the next cut again", () => {
    const first = powerNews(NOTHING_TOLD, [circuit("open", 1, hold("credit", 1)), circuit("closed", 0)]);
    expect(first.news).toMatchObject([{ part: `power-off:credit:${at(1).toISOString()}` }]);
    const second = powerNews(first.told, [
      circuit("open", 1, hold("credit", 1)),
      circuit("open", 2, hold("credit", 2)),
    ]);
    expect(second.news).toEqual([]);
    const half = powerNews(second.told, [circuit("closed", 3), circuit("open", 2, hold("credit", 2))]);
    expect(half.news).toEqual([]);
    const back = powerNews(half.told, [circuit("closed", 3), circuit("closed", 4)]);
    expect(back).toMatchObject({
      told: NOTHING_TOLD,
      news: [{ at: at(4).toISOString(), notice: { params: { offSince: at(1).toISOString() } } }],
    });
    const again = powerNews(back.told, [circuit("open", 9, hold("credit", 9))]);
    expect(again.news).toMatchObject([{ part: `power-off:credit:${at(9).toISOString()}` }]);
  });

  it("tells the hold of the highest rank, with what it has to say", () => {
    const manual = hold("manual", 2, { note: "painting" });
    expect(powerNews(NOTHING_TOLD, [circuit("open", 2, hold("reminder", 1), manual)]).news).toMatchObject([
      { notice: { kind: "power-off", params: { hold: "manual", note: "painting", until: null } } },
    ]);
    const credit = hold("credit", 1, { balanceMinor: -3, releaseMinor: 100 });
    expect(powerNews(NOTHING_TOLD, [circuit("open", 1, credit)]).news).toMatchObject([
      { notice: { kind: "balance-cut", params: { balanceMinor: -3, releaseMinor: 100 } } },
    ]);
  });

  it("tells a second reason that comes while the power is off", () => {
    const told: ToldPower = { kinds: ["credit"], offSince: at(1).toISOString() };
    const news = powerNews(told, [circuit("open", 5, hold("safety", 5), hold("credit", 1))]);
    expect(news.news).toMatchObject([{ notice: { params: { hold: "safety" } } }]);
    expect(news.told.offSince).toBe(at(1).toISOString());
  });

  it.each([
    ["the timetable", [circuit("open", 1, hold("schedule", 1))]],
    ["a hold that keep-power suspends", [circuit("closed", 1, hold("credit", 1))]],
    ["an open relay without a hold", [circuit("open", 1)]],
    ["relays nobody knows of", [circuit("unknown", 1, hold("credit", 1))]],
  ])("tells nothing of %s", (_what, circuits) => {
    expect(powerNews(NOTHING_TOLD, circuits)).toEqual({ told: NOTHING_TOLD, news: [] });
  });

  it("keeps what it told while the relays are unknown", () => {
    const told: ToldPower = { kinds: ["credit"], offSince: at(1).toISOString() };
    expect(powerNews(told, [circuit("unknown", 5)])).toEqual({ told, news: [] });
    expect(powerNews(told, [circuit("open", 6, hold("credit", 1))]).news).toEqual([]);
  });
});
