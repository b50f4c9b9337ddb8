import type { GatewayControl } from "../../control/gateway-control.ts";
import type { Finding } from "./judge.ts";
import type { SimulatedCircuit } from "./simulated-circuit.ts";
import type { SimulatedServer } from "./simulated-server.ts";
import { PRICE_MICRO_PER_KWH, type SitePlan } from "./site-plan.ts";

const STEP_WH = 10;
/** Registers that begin this near to their end start again from zero within the month. */
export const ROLLS_OVER_FROM = 2 ** 32 - 10_000;

/** Both ends know the same energy and money, and every sound circuit is where its holds want it. */
export function judgeEnd(
  control: GatewayControl | null,
  server: SimulatedServer,
  plan: SitePlan,
  circuitOf: (id: string) => SimulatedCircuit,
): Omit<Finding, "atMs">[] {
  if (control === null) return [{ circuitId: "-", what: "the gateway does not run at the end" }];
  const findings: Omit<Finding, "atMs">[] = [];
  const found = (circuitId: string, what: string) => findings.push({ circuitId, what });
  const countedWh = new Map<string, number>();
  const uncertain = new Set<string>();
  for (const circuit of control.circuits) {
    const { id } = circuit;
    const simulated = circuitOf(id);
    const { householdId, hasSecondSource, commissionedAt } = circuit.config;
    const shown = simulated.register * STEP_WH;
    const atServer = server.lastRegister(id)?.energyWh;
    if (atServer !== shown) found(id, `the server has ${atServer} Wh, the meter ${shown}`);
    const { intended } = circuit.visible();
    const isExcused =
      circuit.switching.isFaulty ||
      circuit.switching.automaticAtMs.length >= 6 ||
      hasSecondSource ||
      commissionedAt === null;
    if (!isExcused && simulated.relay !== intended)
      found(id, `the relay is ${simulated.relay}, intended ${intended}`);
    if (householdId === null) continue;
    countedWh.set(householdId, (countedWh.get(householdId) ?? 0) + simulated.countedSteps * STEP_WH);
    if ((plan.firstRegister.get(id) ?? 0) > ROLLS_OVER_FROM) uncertain.add(householdId);
    const balances = [control.balanceMicro(householdId), server.balanceMicro(householdId)];
    if (balances[0] !== balances[1]) found(id, `the gateway has ${balances[0]}, the server ${balances[1]}`);
  }
  // What was charged is what the meters counted, but for the step in which a register started again.
  for (const [householdId, wh] of countedWh) {
    const chargedWh = (server.usedMicro(householdId) * 1000) / PRICE_MICRO_PER_KWH;
    if (!uncertain.has(householdId) && chargedWh !== wh)
      found(householdId, `charged ${chargedWh} Wh of ${wh} Wh`);
  }
  return findings;
}
