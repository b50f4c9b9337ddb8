import {
  type BusReport,
  type BusRequest,
  type BusStatistics,
  busReportSchema,
  type RelayTestProgress,
  type ScanProgress,
  type TracedFrame,
} from "@hallmeter/meter-model";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../clock.ts";
import { GatewayError } from "../errors.ts";
import { BusReporter, type BusSide } from "./bus-reporter.ts";

const START_MS = Date.UTC(2026, 0, 2, 2, 0, 0);
const STATISTICS: BusStatistics = {
  state: "up",
  plannedMilli: 420,
  usedMilli: 400,
  ratePerSecondMilli: 8000,
  foreignBytes: 0,
  lanes: {},
  units: [],
};
const frame = (number: number): TracedFrame => ({
  number,
  at: new Date(START_MS).toISOString(),
  direction: "sent",
  unitId: "13",
  text: "read holding registers 0x0300 × 2",
  values: [],
  hex: "0d03",
});

/** A bus that does what the test says. */
class TestSide implements BusSide {
  scans: string[] = [];
  tests: string[] = [];
  refusal: string | null = null;
  progress: ScanProgress | null = null;
  test: RelayTestProgress | null = null;
  tell: ((frames: TracedFrame[]) => void) | null = null;
  stopped: string[] = [];

  statistics = (busId: string) => (busId === "b1" ? STATISTICS : undefined);
  followFrames = (_busId: string, tell: (frames: TracedFrame[]) => void) => {
    this.tell = tell;
    return () => {
      this.tell = null;
    };
  };
  startScan = (busId: string) => {
    this.scans.push(busId);
    return this.refusal;
  };
  stopScan = (busId: string) => this.stopped.push(busId);
  scan = () => this.progress;
  startRelayTest = (circuitId: string, by: string) => {
    this.tests.push(`${circuitId} by ${by}`);
    return this.refusal;
  };
  relayTest = () => this.test;
}

function started() {
  const clock = new VirtualClock(START_MS);
  const side = new TestSide();
  const taken: BusReport[] = [];
  const server = {
    isAway: false,
    async sendBusReport(report: BusReport) {
      if (server.isAway) throw new GatewayError("server-unreachable");
      taken.push(busReportSchema.parse(report));
    },
  };
  const reporter = new BusReporter({ server, side, clock, log: pino({ enabled: false }) });
  const common = (id: string) => ({
    id,
    busId: "b1",
    issuedAt: new Date(START_MS).toISOString(),
    expiresAt: new Date(START_MS + 30_000).toISOString(),
  });
  const scan = (id = "r1"): BusRequest => ({ kind: "scan", ...common(id), range: { from: 1, to: 9 } });
  const watch = (id: string, withFrames: boolean): BusRequest => ({
    ...{ kind: "watch", ...common(id), forS: 20, withFrames },
  });
  const kinds = () => taken.map(({ kind }) => kind);
  return { clock, side, taken, kinds, server, reporter, common, scan, watch };
}

const running = (asked: number): ScanProgress => ({
  ...{ state: "running", asked, total: 9, found: [], detail: null },
});

describe("a scan asked for by the server", () => {
  it("is told every second until its end, and then no more", async () => {
    const { clock, side, taken, reporter, scan } = started();
    side.progress = running(1);
    await reporter.take(scan());
    await clock.advance(2500);
    side.progress = { ...running(9), state: "done" };
    await clock.advance(30_000);
    expect(taken.map((report) => report.kind === "scan" && report.scan.state)).toEqual([
      ...["running", "running", "running", "done"],
    ]);
  });

  it("is carried out once however often it is delivered, and not at all when it is late", async () => {
    const { clock, side, reporter, scan } = started();
    await reporter.take(scan());
    await reporter.take(scan());
    expect(side.scans).toEqual(["b1"]);
    await clock.advance(31_000);
    await reporter.take(scan("r2"));
    expect(side.scans).toEqual(["b1"]);
  });

  it("that cannot begin says why", async () => {
    const { clock, side, taken, reporter, scan } = started();
    side.refusal = "a scan of this bus is under way";
    await reporter.take(scan());
    await clock.advance(5000);
    expect(taken).toMatchObject([{ requestId: "r1", scan: { state: "failed", detail: side.refusal } }]);
  });

  it("has its end told again to a server that was away, for two minutes", async () => {
    const { clock, side, taken, server, reporter, scan } = started();
    side.progress = { ...running(9), state: "done" };
    server.isAway = true;
    await reporter.take(scan());
    await clock.advance(60_000);
    server.isAway = false;
    await clock.advance(5000);
    expect(taken).toHaveLength(1);
    server.isAway = true;
    await reporter.take({ ...scan("r2"), expiresAt: new Date(START_MS + 90_000).toISOString() });
    await clock.advance(125_000);
    server.isAway = false;
    await clock.advance(10_000);
    expect(taken).toHaveLength(1);
  });

  it("is stopped by the next request", async () => {
    const { side, reporter, common } = started();
    await reporter.take({ kind: "stop-scan", ...common("r2") });
    expect(side.stopped).toEqual(["b1"]);
  });
});

describe("a bus that is watched", () => {
  it("tells statistics every other second and frames as they come, until nobody asks again", async () => {
    const { clock, side, taken, kinds, reporter, watch } = started();
    await reporter.take(watch("w1", true));
    side.tell?.([frame(1), frame(2)]);
    await clock.advance(500);
    expect(kinds()).toEqual(["statistics", "frames"]);
    side.tell?.([frame(3)]);
    await clock.advance(2000);
    expect(kinds()).toEqual(["statistics", "frames", "frames", "statistics"]);
    expect(
      taken.flatMap((report) => (report.kind === "frames" ? report.frames.map(({ number }) => number) : [])),
    ).toEqual([1, 2, 3]);
    await clock.advance(40_000);
    expect(side.tell).toBeNull();
    const told = taken.length;
    await clock.advance(60_000);
    expect(taken).toHaveLength(told);
  });

  it("does not listen to frames that nobody wants, and does once somebody does", async () => {
    const { side, reporter, watch } = started();
    await reporter.take(watch("w1", false));
    expect(side.tell).toBeNull();
    await reporter.take(watch("w2", true));
    expect(side.tell).not.toBeNull();
  });

  it("keeps the newest frames while the server is away", async () => {
    const { clock, side, taken, server, reporter, watch } = started();
    await reporter.take(watch("w1", true));
    side.tell?.(Array.from({ length: 1000 }, (_, n) => frame(n + 1)));
    await clock.advance(100);
    const [, report] = taken;
    expect(report?.kind === "frames" && report.frames.map(({ number }) => number)).toEqual(
      Array.from({ length: 300 }, (_, n) => 701 + n),
    );
    server.isAway = true;
    await clock.advance(3000);
    expect(taken).toHaveLength(2);
  });
});

describe("a relay test asked for by the server", () => {
  it("is run in the name of who asked, and told until it is over", async () => {
    const { clock, side, taken, reporter, common } = started();
    side.test = { state: "opening", steps: [], detail: null };
    const by = { id: "u1", name: "Li Wei" };
    await reporter.take({ kind: "test-relay", ...common("t1"), circuitId: "c1", by });
    await clock.advance(100);
    side.test = { state: "passed", steps: [], detail: null };
    await clock.advance(10_000);
    expect(side.tests).toEqual(["c1 by Li Wei"]);
    expect(taken).toMatchObject([{ test: { state: "opening" } }, { test: { state: "passed" } }]);
  });
});
