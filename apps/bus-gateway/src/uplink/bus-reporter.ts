import type {
  BusReport,
  BusRequest,
  BusRequestOf,
  BusStatistics,
  RelayTestProgress,
  ScanProgress,
  ScanRange,
  TracedFrame,
} from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { Cancel, Clock } from "../clock.ts";
import { isGatewayError } from "../errors.ts";
import type { BusReportTaker } from "./server.ts";

/** A person looks on: each report is a request of its own, so no faster. Range 500–2000 ms. */
const REPORT_EVERY_MS = 1000;
/** Units change slowly, and a bus of 200 has 40 kB of statistics. In reports: range 1–10. */
const STATISTICS_EVERY_REPORTS = 2;
/** Of one report; a bus at 115200 baud has some 130 frames a second. What is beyond is left out, the oldest first. */
const MOST_FRAMES = 300;
/** How long the end of a scan or test is told again to a server that is away. Range 10 s–10 min. */
const TELL_END_FOR_MS = 120_000;
/** Requests remembered to know one that is delivered twice. */
const REQUESTS_KNOWN = 200;

/** What the gateway can do at a bus for somebody who looks on. Undefined and null: there is no such bus, circuit or run. */
export interface BusSide {
  statistics(busId: string): BusStatistics | undefined;
  /** Tells frames from now on; returns what ends it. */
  followFrames(busId: string, tell: (frames: TracedFrame[]) => void): Cancel | undefined;
  /** Starts a scan; a text says why not. */
  startScan(busId: string, range: ScanRange): string | null;
  stopScan(busId: string): void;
  scan(busId: string): ScanProgress | null;
  /** Starts a test; a text says why not. */
  startRelayTest(circuitId: string, by: string): string | null;
  relayTest(circuitId: string): RelayTestProgress | null;
}

interface BusReporterOptions {
  server: BusReportTaker;
  side: BusSide;
  clock: Clock;
  log: Logger;
}

interface Watch {
  busId: string;
  untilMs: number;
  frames: TracedFrame[];
  /** Undefined while nobody wants frames. */
  stopFrames: Cancel | undefined;
  reports: number;
}

/** A scan or a test whose end must be told. */
interface Run {
  requestId: string;
  /** Null once the run is no longer known. */
  report(): { report: BusReport; isOver: boolean } | null;
  overSinceMs: number | null;
}

/** Carries out what a person asks of a bus, and tells the server how it goes, as long as there is something to tell. */
export class BusReporter {
  readonly #options: BusReporterOptions;
  readonly #known = new Set<string>();
  readonly #watches = new Map<string, Watch>();
  readonly #runs = new Map<string, Run>();
  #cancelTimer: Cancel | null = null;
  #reporting: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: BusReporterOptions) {
    this.#options = options;
  }

  /** Never rejects: what cannot be done is reported. */
  async take(request: BusRequest): Promise<void> {
    if (this.#isClosed || !this.#isNew(request.id)) return;
    if (this.#options.clock.nowMs() > Date.parse(request.expiresAt)) return;
    switch (request.kind) {
      case "scan":
        this.#takeScan(request);
        break;
      case "stop-scan":
        this.#options.side.stopScan(request.busId);
        break;
      case "watch":
        this.#takeWatch(request);
        break;
      case "test-relay":
        this.#takeRelayTest(request);
        break;
    }
    this.#wake(0);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer?.();
    for (const watch of this.#watches.values()) watch.stopFrames?.();
    this.#watches.clear();
    this.#runs.clear();
    await this.#reporting;
  }

  #isNew(requestId: string): boolean {
    if (this.#known.has(requestId)) return false;
    this.#known.add(requestId);
    const [oldest] = this.#known;
    if (this.#known.size > REQUESTS_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    return true;
  }

  #takeScan({ id, busId, range }: BusRequestOf<"scan">): void {
    const { side } = this.#options;
    const refusal = side.startScan(busId, range);
    this.#follow(id, () => {
      const scan = refusal === null ? side.scan(busId) : notStarted(refusal);
      if (scan === null) return null;
      return {
        report: { kind: "scan", busId, at: this.#now(), requestId: id, scan },
        isOver: scan.state !== "running",
      };
    });
  }

  #takeRelayTest({ id, busId, circuitId, by }: BusRequestOf<"test-relay">): void {
    const { side } = this.#options;
    const refusal = side.startRelayTest(circuitId, by.name);
    this.#follow(id, () => {
      const test: RelayTestProgress | null =
        refusal === null ? side.relayTest(circuitId) : { state: "failed", steps: [], detail: refusal };
      if (test === null) return null;
      return {
        report: { kind: "relay-test", busId, at: this.#now(), requestId: id, test },
        isOver: test.state === "passed" || test.state === "failed",
      };
    });
  }

  #follow(requestId: string, report: Run["report"]): void {
    this.#runs.set(requestId, { requestId, report, overSinceMs: null });
  }

  #takeWatch({ busId, forS, withFrames }: BusRequestOf<"watch">): void {
    const { clock, side } = this.#options;
    const untilMs = clock.monotonicMs() + forS * 1000;
    const known = this.#watches.get(busId);
    const watch: Watch = known ?? { busId, untilMs, frames: [], stopFrames: undefined, reports: 0 };
    watch.untilMs = Math.max(watch.untilMs, untilMs);
    if (withFrames)
      watch.stopFrames ??= side.followFrames(busId, (frames) => {
        watch.frames = [...watch.frames, ...frames].slice(-MOST_FRAMES);
      });
    this.#watches.set(busId, watch);
  }

  #wake(delayMs: number): void {
    if (this.#isClosed || this.#reporting !== null) return;
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.clock.setTimer(() => {
      this.#cancelTimer = null;
      this.#reporting = this.#report().finally(() => {
        this.#reporting = null;
        if (this.#watches.size > 0 || this.#runs.size > 0) this.#wake(REPORT_EVERY_MS);
      });
    }, delayMs);
  }

  async #report(): Promise<void> {
    for (const run of [...this.#runs.values()]) await this.#reportRun(run);
    for (const watch of [...this.#watches.values()]) await this.#reportWatch(watch);
  }

  async #reportRun(run: Run): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs();
    const told = run.report();
    if (told?.isOver) run.overSinceMs ??= nowMs;
    const isTaken = told !== null && (await this.#send(told.report));
    const isGivenUp = run.overSinceMs !== null && nowMs - run.overSinceMs > TELL_END_FOR_MS;
    if (told === null || (told.isOver && isTaken) || isGivenUp) this.#runs.delete(run.requestId);
  }

  async #reportWatch(watch: Watch): Promise<void> {
    const { clock, side } = this.#options;
    const { busId } = watch;
    if (clock.monotonicMs() >= watch.untilMs) {
      watch.stopFrames?.();
      this.#watches.delete(busId);
      return;
    }
    const isStatisticsDue = watch.reports++ % STATISTICS_EVERY_REPORTS === 0;
    const statistics = isStatisticsDue ? side.statistics(busId) : undefined;
    if (statistics !== undefined)
      await this.#send({ kind: "statistics", busId, at: this.#now(), statistics });
    if (watch.frames.length === 0) return;
    const frames = watch.frames;
    watch.frames = [];
    await this.#send({ kind: "frames", busId, at: this.#now(), frames });
  }

  /** False when the server did not take it. */
  async #send(report: BusReport): Promise<boolean> {
    const { server, log } = this.#options;
    try {
      await server.sendBusReport(report);
      return true;
    } catch (error) {
      if (isGatewayError(error))
        log.debug({ code: error.code, kind: report.kind }, "the server does not take a bus report");
      else log.error({ err: error, kind: report.kind }, "a bus report failed");
      return false;
    }
  }

  #now(): string {
    return new Date(this.#options.clock.nowMs()).toISOString();
  }
}

const notStarted = (detail: string): ScanProgress => ({
  state: "failed",
  asked: 0,
  total: 0,
  found: [],
  detail,
});
