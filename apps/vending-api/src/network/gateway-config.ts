import { createHash } from "node:crypto";
import { type GatewayConfig, safetyPolicySchema } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import type { Clock } from "../clock.ts";
import { ApiError } from "../errors.ts";
import { canonicalJson } from "../http/request-hash.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { type Bus, busModel } from "./bus.model.ts";
import { type CampaignRow, campaignModel } from "./campaign.model.ts";
import { type Circuit, circuitModel } from "./circuit.model.ts";
import { type CircuitMirror, circuitMirrorModel } from "./circuit-mirror.model.ts";
import { type Gateway, gatewayModel } from "./gateway.model.ts";
import { ownProfiles, type Profiles } from "./profiles.ts";

/** Where a gateway's configuration comes from. */
interface ConfigSources {
  connection: Connection;
  profiles: Profiles;
  clock: Clock;
}

/**
 * The gateway's configuration as it is now. The revision grows when the content differs from what the last revision had, so
 * nobody has to remember to raise it. Holds are the gateway's own and do not count as content.
 */
export async function currentConfig(
  { connection, profiles, clock }: ConfigSources,
  gatewayId: string,
): Promise<GatewayConfig> {
  for (;;) {
    const gateway = await gatewayModel(connection).findById(gatewayId).lean<Gateway | null>();
    if (!gateway) throw new ApiError("not-found");
    const config = await buildConfig({ connection, profiles, clock }, gateway);
    const configHash = hashOf(config);
    if (configHash === gateway.configHash) return config;
    const revision = gateway.configRevision + 1;
    const raised = await gatewayModel(connection).updateOne(
      { _id: gatewayId, configRevision: gateway.configRevision },
      { $set: { configRevision: revision, configHash } },
    );
    if (raised.modifiedCount === 1) return { ...config, revision };
  }
}

function hashOf(config: GatewayConfig): string {
  const circuits = config.circuits.map((circuit) => ({ ...circuit, lastKnownHolds: [] }));
  return createHash("sha256")
    .update(canonicalJson({ ...config, revision: 0, circuits }))
    .digest("hex");
}

async function buildConfig(
  { connection, profiles, clock }: ConfigSources,
  gateway: Gateway,
): Promise<GatewayConfig> {
  const gatewayId = gateway._id;
  const [site, buses, circuits] = await Promise.all([
    siteModel(connection).findById(gateway.siteId).lean<Site | null>(),
    busModel(connection).find({ gatewayId }).sort({ _id: 1 }).lean<Bus[]>(),
    circuitModel(connection).find({ gatewayId }).sort({ _id: 1 }).lean<Circuit[]>(),
  ]);
  if (!site) throw new ApiError("internal", `gateway ${gatewayId} has no site`);
  const mirrors = await circuitMirrorModel(connection)
    .find({ _id: { $in: circuits.map((circuit) => circuit._id) } }, { holds: 1 })
    .lean<Pick<CircuitMirror, "_id" | "holds">[]>();
  const ids = new Set(circuits.map((circuit) => circuit._id));
  const campaigns = await campaignModel(connection)
    .find({ siteId: site._id, endsAt: { $gt: clock.now() }, circuitIds: { $in: [...ids] } })
    .sort({ _id: 1 })
    .lean<CampaignRow[]>();
  const holds = new Map(mirrors.map((mirror) => [mirror._id, mirror.holds]));
  const own = ownProfiles(
    profiles,
    circuits.map((circuit) => circuit.profile),
  );
  return {
    ...(own.length === 0 ? {} : { profiles: own }),
    revision: gateway.configRevision,
    gatewayId,
    siteId: site._id,
    timeZone: site.timeZone,
    currency: site.currency,
    currencyDigits: site.currencyDigits,
    holidays: site.holidays,
    restWeekdays: site.restWeekdays,
    namedDays: site.namedDays ?? {},
    safety: safetyPolicySchema.parse(site.safety ?? {}),
    buses: buses.map(({ _id: id, name, pipe, line, pollIntervalMs }) => ({
      id,
      name,
      pipe,
      line,
      pollIntervalMs,
    })),
    circuits: circuits.map((circuit) => ({
      id: circuit._id,
      name: circuit.name,
      meterId: circuit.meterId,
      busId: circuit.busId,
      profile: circuit.profile,
      variant: circuit.variant,
      unitId: circuit.unitAddress,
      loop: circuit.loop ?? 1,
      ctRatio: circuit.ctRatio,
      ptRatio: circuit.ptRatio,
      householdId: circuit.householdId,
      ...(circuit.creditPlace === undefined ? {} : { creditPlace: circuit.creditPlace }),
      ...(circuit.access == null ? {} : { access: circuit.access }),
      ...(circuit.parameters === undefined ? {} : { parameters: circuit.parameters }),
      switchRatingCa: circuit.switchRatingCa,
      keepPower: circuit.keepPower,
      hasSecondSource: circuit.hasSecondSource ?? false,
      commissionedAt: circuit.commissionedAt?.toISOString() ?? null,
      rules: circuit.rules,
      lastKnownHolds: holds.get(circuit._id) ?? [],
    })),
    campaigns: campaigns.map(({ _id: id, name, startsAt, endsAt, circuitIds }) => ({
      id,
      name,
      startsAt: startsAt.toISOString(),
      endsAt: endsAt.toISOString(),
      circuitIds: circuitIds.filter((circuitId) => ids.has(circuitId)),
    })),
  };
}
