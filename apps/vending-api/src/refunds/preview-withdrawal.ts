import { hasCreditOnCard } from "../cards/card-credit.ts";
import type { Deps } from "../deps.ts";
import { ApiError, type ErrorCode } from "../errors.ts";
import type { Lot } from "../ledger/lots.ts";
import { type Standing, settleBehind } from "../ledger/settle-use.ts";
import { type Circuit, circuitModel } from "../network/circuit.model.ts";
import { nanoPerMinor } from "../network/metering-contexts.ts";
import { dueStandingEntries } from "../network/standing-charges.ts";
import type { Household } from "../places/household.model.ts";
import type { Site } from "../places/site.model.ts";
import { accrualModel } from "../rating/accrual.model.ts";
import { readLiveBalance } from "../rating/live-balance.ts";
import { findTariff } from "../tariffs/tariff.model.ts";
import { creditInMeter } from "./credit-in-meter.ts";
import { payableMinor } from "./payable.ts";
import { withdrawalModel } from "./withdrawal.model.ts";

export interface WithdrawalProblem {
  code: ErrorCode;
  detail: string;
}

/** What a household would get if it left now. */
export interface WithdrawalPreview {
  householdId: string;
  householdName: string;
  unitId: string;
  ledgerMinor: number;
  /** Used, and not in the ledger yet; today's standing charge with it. Rounded up. */
  accruedMinor: number;
  /** What expires. */
  grants: Lot[];
  refundMinor: number;
  keptInMeterMinor: number;
  debtMinor: number;
  readings: { circuitId: string; circuitName: string; at: Date | null; registerWh: number | null }[];
  /** What would stop it, or needs somebody. */
  problems: WithdrawalProblem[];
}

type PreviewDeps = Pick<Deps, "connection">;

/** Changes nothing. */
export async function previewWithdrawal(
  deps: PreviewDeps,
  site: Site,
  household: Household,
  now: Date,
): Promise<WithdrawalPreview> {
  const { connection } = deps;
  const money = { currency: site.currency, nanoPerMinor: nanoPerMinor(site) };
  const key = { siteId: site._id, householdId: household._id };
  const [balance, circuits, problems] = await Promise.all([
    readLiveBalance(connection, key, money),
    circuitModel(connection).find({ householdId: household._id }).sort({ name: 1, _id: 1 }).lean<Circuit[]>(),
    problemsOf(deps, household),
  ]);
  const left = await behindStandingCharges(deps, site, household, balance.live, now);
  const meter = await heldBack(deps, household, now);
  const leftMinor = left.balance[site.currency] ?? 0;
  const heads = new Map(balance.heads.map((head) => [head.circuitId, head]));
  const debtMinor = Math.max(0, -leftMinor);
  if (debtMinor > 0) problems.push(problem("household-in-debt"));
  if (meter.problem) problems.push(meter.problem);
  const payable = payableMinor(left, site.currency, meter.inMeterMinor);
  const leftNano = leftMinor * money.nanoPerMinor - left.state.carryNano;
  return {
    householdId: household._id,
    householdName: household.name,
    unitId: household.unitId,
    ledgerMinor: balance.ledgerMinor,
    accruedMinor: balance.ledgerMinor - Math.floor(leftNano / money.nanoPerMinor),
    grants: [...left.state.lots],
    refundMinor: payable.refundMinor,
    keptInMeterMinor: payable.keptInMeterMinor,
    debtMinor,
    readings: circuits.map(({ _id: circuitId, name: circuitName }) => {
      const head = heads.get(circuitId);
      return {
        circuitId,
        circuitName,
        at: head?.lastAt ?? null,
        registerWh: head ? head.lastWh - head.offsetWh : null,
      };
    }),
    problems,
  };
}

async function behindStandingCharges(
  { connection }: PreviewDeps,
  site: Site,
  household: Household,
  live: Standing,
  now: Date,
): Promise<Standing> {
  const tariff = household.tariffId === null ? null : await findTariff(connection, household.tariffId);
  if (household.status !== "open" || !tariff) return live;
  const due = await dueStandingEntries(connection, { site, household, tariff }, now);
  return due.reduce((standing, { use }) => settleBehind(standing, use).standing, live);
}

async function heldBack(
  { connection }: PreviewDeps,
  household: Household,
  now: Date,
): Promise<{ inMeterMinor: number; problem?: WithdrawalProblem }> {
  try {
    return { inMeterMinor: await creditInMeter(connection, household, now) };
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === "internal") throw error;
    return { inMeterMinor: 0, problem: { code: error.code, detail: error.message } };
  }
}

/** What stands in the way whatever the balance is. */
export async function problemsOf(
  { connection }: PreviewDeps,
  { _id: householdId, siteId, status }: Household,
): Promise<WithdrawalProblem[]> {
  const [isLeaving, isHeld, isOnCard] = await Promise.all([
    withdrawalModel(connection).exists({ siteId, householdId, isLive: true }),
    hasUndecidedUse(connection, householdId),
    hasCreditOnCard(connection, { siteId, householdId }),
  ]);
  return [
    ...(status === "open" ? [] : [problem("household-closed")]),
    ...(isLeaving ? [problem("refund-under-way")] : []),
    ...(isHeld ? [problem("use-undecided")] : []),
    ...(isOnCard ? [problem("card-unsettled")] : []),
  ];
}

export async function hasUndecidedUse(
  connection: PreviewDeps["connection"],
  householdId: string,
): Promise<boolean> {
  const row = await accrualModel(connection).exists({
    householdId,
    "held.state": { $in: ["held", "releasing"] },
  });
  return row !== null;
}

function problem(code: ErrorCode): WithdrawalProblem {
  return { code, detail: new ApiError(code).message };
}
