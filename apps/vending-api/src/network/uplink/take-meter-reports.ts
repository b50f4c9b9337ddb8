import type { MeterCreditReport, ParameterReport } from "@hallmeter/meter-model";
import type { Deps } from "../../deps.ts";
import type { Circuit } from "../circuit.model.ts";
import { blankMeterMirror, type MeterMirror, meterMirrorModel } from "../meter-mirror.model.ts";

interface Reports {
  parameters: readonly ParameterReport[];
  credits: readonly MeterCreditReport[];
}

/** Mirrors what meters say of their own parameters and credit. Older news than the mirror's is ignored. */
export async function takeMeterReports(
  deps: Deps,
  { parameters, credits }: Reports,
  circuits: ReadonlyMap<string, Circuit>,
): Promise<void> {
  for (const { circuitId, at, rows } of parameters)
    await keepNewer(deps, circuits.get(circuitId), "parametersAt", {
      parametersAt: new Date(at),
      parameters: rows,
    });
  for (const { circuitId, at, ...credit } of credits)
    await keepNewer(deps, circuits.get(circuitId), "creditAt", { creditAt: new Date(at), credit });
}

async function keepNewer<Instant extends "parametersAt" | "creditAt">(
  { connection, changes }: Deps,
  circuit: Circuit | undefined,
  instant: Instant,
  set: Partial<MeterMirror> & Record<Instant, Date>,
): Promise<void> {
  if (circuit === undefined) return;
  const { _id, siteId, householdId } = circuit;
  const { _id: _, ...blank } = blankMeterMirror(_id);
  const mirrors = meterMirrorModel(connection);
  await mirrors.updateOne({ _id }, { $setOnInsert: blank }, { upsert: true });
  const { modifiedCount } = await mirrors.updateOne({ _id, [instant]: { $lt: set[instant] } }, { $set: set });
  if (modifiedCount === 0) return;
  const whose = { siteId, ...(householdId === null ? {} : { householdId }) };
  changes.publish({ resource: "circuits", id: _id, ...whose });
  if (instant === "creditAt" && householdId !== null)
    changes.publish({ resource: "households", id: householdId, ...whose });
}
