import type { BusReport, BusReportOf } from "@hallmeter/meter-model";
import type { Deps } from "../../deps.ts";
import { ApiError } from "../../errors.ts";
import { type Bus, busModel } from "../bus.model.ts";
import { type BusScan, busScanModel } from "./bus-scan.model.ts";
import { type BusView, busViewModel } from "./bus-view.model.ts";
import { type RelayTestRow, relayTestModel } from "./relay-test.model.ts";

/** What a person can read back; the trace page keeps more itself. */
const FRAMES_KEPT = 300;

/** Takes what a gateway says of its bus. Throws `not-found` for a bus that is not its own. */
export async function takeBusReport(deps: Deps, gatewayId: string, report: BusReport): Promise<void> {
  const bus = await busModel(deps.connection).findOne({ _id: report.busId, gatewayId }).lean<Bus | null>();
  if (!bus) throw new ApiError("not-found");
  switch (report.kind) {
    case "scan":
      return takeScan(deps, bus, report);
    case "statistics":
      return keepView(deps, bus, "bus-statistics", {
        statistics: report.statistics,
        statisticsAt: new Date(report.at),
      });
    case "frames":
      return takeFrames(deps, bus, report);
    case "relay-test":
      return takeRelayTest(deps, bus, report);
  }
}

/** One that is over stays as it ended, however late an earlier report comes. */
const UNFINISHED_SCAN: BusScan["state"][] = ["asked", "running"];
const UNFINISHED_TEST: RelayTestRow["state"][] = ["asked", "opening", "open", "closing"];

async function takeScan(
  { connection, clock, changes }: Deps,
  { _id, siteId }: Bus,
  { requestId, scan }: BusReportOf<"scan">,
): Promise<void> {
  const taken = await busScanModel(connection).updateOne(
    { _id, requestId, state: { $in: UNFINISHED_SCAN } },
    { $set: { ...scan, toldAt: clock.now() } },
  );
  if (taken.matchedCount > 0) changes.publish({ resource: "bus-scans", id: _id, siteId });
}

async function takeRelayTest(
  { connection, clock, changes }: Deps,
  { siteId }: Bus,
  { requestId, test }: BusReportOf<"relay-test">,
): Promise<void> {
  const row = await relayTestModel(connection)
    .findOneAndUpdate(
      { siteId, requestId, state: { $in: UNFINISHED_TEST } },
      { $set: { ...test, toldAt: clock.now() } },
    )
    .lean<{ _id: string } | null>();
  if (row) changes.publish({ resource: "relay-tests", id: row._id, siteId });
}

async function takeFrames(deps: Deps, bus: Bus, { frames, at }: BusReportOf<"frames">): Promise<void> {
  const kept = await busViewModel(deps.connection).findById(bus._id).lean<BusView | null>();
  const before = kept?.frames ?? [];
  const newest = before.at(-1)?.number ?? 0;
  // A gateway that was restarted counts from one again.
  const first = frames[0]?.number ?? 0;
  const follows = first > newest || frames.some(({ number }) => number === newest);
  const isFresh = follows ? frames.filter(({ number }) => number > newest) : frames;
  const all = follows ? [...before, ...isFresh] : isFresh;
  await keepView(deps, bus, "bus-frames", {
    frames: all.slice(-FRAMES_KEPT),
    framesAt: new Date(at),
  });
}

async function keepView(
  { connection, changes }: Deps,
  { _id: id, siteId }: Bus,
  resource: "bus-statistics" | "bus-frames",
  told: Partial<BusView>,
): Promise<void> {
  await busViewModel(connection).updateOne({ _id: id }, { $set: { siteId, ...told } }, { upsert: true });
  changes.publish({ resource, id, siteId });
}
