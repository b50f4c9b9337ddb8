import { afterEach } from "vitest";
import { circuitConfig, creditPosition, GatewayRig, type RigCircuit, siteConfig } from "./gateway-rig.ts";

interface Start {
  circuits?: RigCircuit[];
  /** Of every household. */
  balanceMicro?: number;
  site?: Parameters<typeof siteConfig>[1];
  random?: () => number;
  /** Before the gateway starts. */
  prepare?: (rig: GatewayRig) => void;
}

/** For tests only: starts gateways that have read their meters for half a minute, and ends them after each test. */
export function startedRigs(): (start?: Start) => Promise<GatewayRig> {
  const rigs: GatewayRig[] = [];
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.close();
  });
  return async ({
    circuits = [circuitConfig(1)],
    balanceMicro = 100_000_000,
    site = {},
    random,
    prepare,
  } = {}) => {
    const rig = new GatewayRig(siteConfig(circuits, site), random);
    rigs.push(rig);
    rig.server.positions = circuits.map(({ unitId }) => creditPosition(unitId, balanceMicro));
    prepare?.(rig);
    await rig.start();
    await rig.pass(30);
    return rig;
  };
}
