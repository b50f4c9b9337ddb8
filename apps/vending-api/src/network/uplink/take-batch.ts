import type { Sample, UplinkBatch, UplinkItem, UplinkReply } from "@hallmeter/meter-model";
import { clearAlarm, raiseAlarm } from "../../alarms/alarms.ts";
import { recordEvent } from "../../alarms/events.ts";
import type { Deps } from "../../deps.ts";
import { ApiError } from "../../errors.ts";
import { changeHead } from "../../rating/change-head.ts";
import { blockRegister } from "../../rating/register-change.ts";
import { type BusBudgetRow, busBudgetModel, busModel } from "../bus.model.ts";
import { type Circuit, circuitModel } from "../circuit.model.ts";
import { takeResult } from "../commands.ts";
import { takeSaleResult } from "../deliveries.ts";
import { type Gateway, gatewayModel } from "../gateway.model.ts";
import { recordStep } from "../vicious-load/record-step.ts";
import { compareClock, doubtedByClock } from "./compare-clock.ts";
import { takeMeterReports } from "./take-meter-reports.ts";
import { takeSamples } from "./take-samples.ts";
import { takeStates } from "./take-states.ts";

type ItemOf<Type extends UplinkItem["type"]> = Extract<UplinkItem, { type: Type }>;
type Rejected = UplinkReply["rejected"][number];
interface Numbered<Item> {
  index: number;
  item: Item;
}

/**
 * Takes everything that a gateway sends. A sequence taken before is answered as before; a batch that broke off halfway is
 * simply sent again, because each item changes nothing the second time. `senderTime`: what the gateway's clock showed when it
 * sent this, as an HTTP date.
 */
export async function takeBatch(
  deps: Deps,
  gatewayId: string,
  batch: UplinkBatch,
  senderTime?: string,
): Promise<UplinkReply> {
  const { connection } = deps;
  const gateway = await gatewayModel(connection).findById(gatewayId).lean<Gateway | null>();
  if (!gateway) throw new ApiError("not-found");
  if (batch.sequence <= gateway.acceptedSequence) return answerAgain(gateway, batch.sequence);

  const circuits = await circuitsOf(deps, gatewayId, batch.items);
  const items = batch.items.map((item, index) => ({ index, item }));
  const rejected: Rejected[] = [];
  const known = items.filter(({ index, item }) => {
    const circuitId = circuitIdOf(item);
    if (circuitId === undefined || circuits.has(circuitId)) return true;
    rejected.push({ index, code: "unknown-circuit", detail: circuitId });
    return false;
  });

  // What a person waits for goes before the bulk.
  rejected.push(...(await takeResults(deps, gatewayId, ofType(known, "command-result"))));
  for (const { index, item } of ofType(known, "sale-result"))
    if (!(await takeSaleResult(deps, gatewayId, item.result)))
      rejected.push({ index, code: "unknown-sale", detail: item.result.saleId });
  await takeStates(
    deps,
    ofType(known, "circuit-state").map(({ item }) => item),
    circuits,
  );
  await takeMeterReports(
    deps,
    {
      parameters: ofType(known, "parameters").map(({ item }) => item.report),
      credits: ofType(known, "meter-credit").map(({ item }) => item.report),
    },
    circuits,
  );
  await takeAlarms(deps, gateway, ofType(known, "alarm"), circuits);
  await takeEvents(deps, gateway, ofType(known, "event"), circuits);
  rejected.push(...(await takeBudgets(deps, gateway, ofType(known, "bus-budget"))));
  const samples: Sample[] = doubtedByClock(
    await compareClock(deps, gateway, senderTime),
    ofType(known, "sample").map(({ item }) => item.sample),
  );
  await takeSamples(deps, samples, circuits);

  rejected.sort((a, b) => a.index - b.index);
  await gatewayModel(connection).updateOne(
    { _id: gatewayId, acceptedSequence: { $lt: batch.sequence } },
    { $set: { acceptedSequence: batch.sequence, lastRejected: rejected } },
  );
  return { acceptedSequence: batch.sequence, rejected };
}

function answerAgain(gateway: Gateway, sequence: number): UplinkReply {
  const rejected = sequence === gateway.acceptedSequence ? gateway.lastRejected : [];
  return { acceptedSequence: gateway.acceptedSequence, rejected };
}

function ofType<Type extends UplinkItem["type"]>(
  items: readonly Numbered<UplinkItem>[],
  type: Type,
): Numbered<ItemOf<Type>>[] {
  return items.filter((row): row is Numbered<ItemOf<Type>> => row.item.type === type);
}

function circuitIdOf(item: UplinkItem): string | undefined {
  switch (item.type) {
    case "sample":
      return item.sample.circuitId;
    case "circuit-state":
      return item.circuitId;
    case "parameters":
    case "meter-credit":
      return item.report.circuitId;
    case "event":
    case "alarm":
      return item.subject.circuitId;
    default:
      return undefined;
  }
}

async function circuitsOf(
  { connection }: Deps,
  gatewayId: string,
  items: readonly UplinkItem[],
): Promise<Map<string, Circuit>> {
  const ids = [...new Set(items.map(circuitIdOf).filter((id) => id !== undefined))];
  if (ids.length === 0) return new Map();
  const circuits = await circuitModel(connection)
    .find({ _id: { $in: ids }, gatewayId })
    .lean<Circuit[]>();
  return new Map(circuits.map((circuit) => [circuit._id, circuit]));
}

async function takeResults(
  deps: Deps,
  gatewayId: string,
  items: readonly Numbered<ItemOf<"command-result">>[],
): Promise<Rejected[]> {
  const rejected: Rejected[] = [];
  for (const { index, item } of items)
    if (!(await takeResult(deps, gatewayId, item.result)))
      rejected.push({ index, code: "unknown-command", detail: item.result.commandId });
  return rejected;
}

async function takeAlarms(
  deps: Deps,
  { siteId }: Gateway,
  items: readonly Numbered<ItemOf<"alarm">>[],
  circuits: ReadonlyMap<string, Circuit>,
): Promise<void> {
  for (const { item } of items) {
    const { key, kind, severity, params, evidence } = item;
    const at = new Date(item.at);
    const subject = withHousehold(item.subject, circuits);
    if (item.state === "cleared") await clearAlarm(deps, { siteId, key, at });
    else await raiseAlarm(deps, { siteId, key, kind, severity, at, subject, params, evidence });
    if (kind === "meter-changed" && item.state === "raised")
      await blockCircuits(deps, item.subject, firstOfNew(params.firstAt, at));
  }
}

/** No difference is made across two serial numbers: the circuits wait until a person has recorded the swap. */
async function blockCircuits(
  { connection }: Deps,
  { circuitId, meterId }: ItemOf<"alarm">["subject"],
  from: Date,
): Promise<void> {
  const circuitIds: string[] =
    circuitId !== undefined
      ? [circuitId]
      : await circuitModel(connection).distinct("_id", meterId === undefined ? { _id: null } : { meterId });
  for (const id of circuitIds)
    await changeHead(connection, id, (head) => blockRegister(head, from.getTime()));
}

/** The first sample that may be the new meter's; older ones are still the old one's. */
function firstOfNew(firstAt: unknown, raisedAt: Date): Date {
  const atMs = typeof firstAt === "string" ? Date.parse(firstAt) : Number.NaN;
  return Number.isNaN(atMs) ? raisedAt : new Date(atMs);
}

async function takeEvents(
  deps: Deps,
  { siteId }: Gateway,
  items: readonly Numbered<ItemOf<"event">>[],
  circuits: ReadonlyMap<string, Circuit>,
): Promise<void> {
  for (const { item } of items) {
    const { id, kind, params } = item;
    const subject = withHousehold(item.subject, circuits);
    await recordEvent(deps, { id, siteId, at: new Date(item.at), kind, subject, params });
    const circuit = subject.circuitId === undefined ? undefined : circuits.get(subject.circuitId);
    if (circuit !== undefined) await recordStep(deps, circuit, item);
  }
}

/** The gateway knows circuits; who lives there is known here. */
function withHousehold(subject: ItemOf<"alarm">["subject"], circuits: ReadonlyMap<string, Circuit>) {
  const householdId = subject.circuitId && circuits.get(subject.circuitId)?.householdId;
  return householdId ? { ...subject, householdId } : subject;
}

async function takeBudgets(
  { connection, changes }: Deps,
  { _id: gatewayId, siteId }: Gateway,
  items: readonly Numbered<ItemOf<"bus-budget">>[],
): Promise<Rejected[]> {
  if (items.length === 0) return [];
  const busIds: string[] = await busModel(connection).distinct("_id", { gatewayId });
  const rejected: Rejected[] = [];
  for (const { index, item } of items) {
    const { type: _, busId, at, ...figures } = item;
    if (!busIds.includes(busId)) {
      rejected.push({ index, code: "unknown-bus", detail: busId });
      continue;
    }
    const row: Omit<BusBudgetRow, "_id"> = { siteId, at: new Date(at), ...figures };
    await busBudgetModel(connection).updateOne({ _id: busId }, { $set: row }, { upsert: true });
    changes.publish({ resource: "buses", id: busId, siteId });
  }
  return rejected;
}
