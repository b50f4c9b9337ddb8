import { describe, expect, it } from "vitest";
import { BusUse } from "./bus-use.ts";

const none = () => ({ waiting: 0, plannedMilli: 0 });

describe("use of a bus", () => {
  it("counts by lane for ever, and the worst lateness of the last minute", () => {
    const use = new BusUse(0);
    use.note({ lane: "poll", succeeded: true, startedMs: 0, endMs: 100, latenessMs: 900 });
    use.note({ lane: "poll", succeeded: false, startedMs: 60_000, endMs: 60_200, latenessMs: 30 });
    use.note({ lane: "trip", succeeded: true, startedMs: 60_200, endMs: 60_300, latenessMs: 5 });
    const lanes = use.lanes(61_000, (lane) => ({ waiting: lane === "sale" ? 3 : 0, plannedMilli: 0 }));
    expect(lanes.poll).toEqual({ waiting: 0, plannedMilli: 0, done: 1, failed: 1, latenessMs: 30 });
    expect(lanes.trip).toEqual({ waiting: 0, plannedMilli: 0, done: 1, failed: 0, latenessMs: 5 });
    expect(lanes.sale).toEqual({ waiting: 3, plannedMilli: 0, done: 0, failed: 0, latenessMs: 0 });
    expect(use.lanes(1000, none).poll.latenessMs).toBe(900);
  });

  it("knows the share of the last minute, or of the time since it was opened", () => {
    const use = new BusUse(1000);
    use.note({ lane: "poll", succeeded: true, startedMs: 1000, endMs: 1250, latenessMs: 0 });
    expect(use.lastMinute(2000)).toEqual({ usedMilli: 250, ratePerSecondMilli: 1000 });
    use.note({ lane: "poll", succeeded: true, startedMs: 121_000, endMs: 124_000, latenessMs: 0 });
    expect(use.lastMinute(125_000)).toEqual({ usedMilli: 50, ratePerSecondMilli: 17 });
  });

  it("keeps no more than it needs", () => {
    const use = new BusUse(0);
    for (let n = 0; n < 100_000; n++) {
      use.note({ lane: "poll", succeeded: true, startedMs: n * 10, endMs: n * 10 + 10, latenessMs: 0 });
    }
    expect(use.lastMinute(1_000_000)).toEqual({ usedMilli: 1000, ratePerSecondMilli: 100_000 });
    expect(use.lanes(1_000_000, none).poll.done).toBe(100_000);
  });
});
