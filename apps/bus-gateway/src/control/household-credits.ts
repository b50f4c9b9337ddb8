import type { CircuitConfig, CreditPosition, Sample, TariffCalendar } from "@hallmeter/meter-model";
import type { GatewayStore } from "../store/gateway-store.ts";
import { HouseholdCredit } from "./household-credit.ts";

/**
 * What the households of this gateway can still use, kept over restarts. One whose meter holds its credit is none of them: that
 * meter cuts by itself, and nobody else knows what is left.
 */
export class HouseholdCredits {
  readonly #store: GatewayStore;
  #households = new Map<string, HouseholdCredit>();

  constructor(store: GatewayStore) {
    this.#store = store;
  }

  /** What the circuit measures from here on is another meter's: nobody used the difference. */
  meterChanged({ id, householdId }: CircuitConfig): void {
    this.get(householdId)?.meterChanged(id);
  }

  /** Starts anew with the circuits given, from what the store has. */
  arrange(circuits: readonly CircuitConfig[], calendar: TariffCalendar): void {
    this.#households = new Map();
    const inMeter = new Set(
      circuits.filter(({ creditPlace }) => creditPlace === "meter").map(({ householdId }) => householdId),
    );
    for (const { id, householdId } of circuits) {
      if (householdId === null || inMeter.has(householdId)) continue;
      const household = this.#households.get(householdId) ?? new HouseholdCredit(calendar);
      this.#households.set(householdId, household);
      household.restorePoints(id, this.#store.usePoints(id));
    }
    for (const position of this.#store.creditPositions())
      this.#households.get(position.householdId)?.setPosition(position);
  }

  get(householdId: string | null): HouseholdCredit | undefined {
    return householdId === null ? undefined : this.#households.get(householdId);
  }

  /** Resolves once the position is on disk; an older one than the one known changes nothing. */
  async setPosition(position: CreditPosition): Promise<void> {
    const known = this.#households.get(position.householdId);
    if (known === undefined) {
      // The configuration that names the household may still be on its way.
      await this.#store.commit([this.#store.creditChange(position)]);
      return;
    }
    const charged = known.setPosition(position);
    if (charged === null) return;
    const removals = [...charged].flatMap(([circuitId, instants]) =>
      instants.map((atMs) => this.#store.usePointRemoval(circuitId, atMs)),
    );
    await this.#store.commit([this.#store.creditChange(position), ...removals]);
  }

  /** @param monotonicMs when it came, by the clock that never jumps */
  addSample(circuit: CircuitConfig, sample: Sample, monotonicMs: number): void {
    const household = this.get(circuit.householdId);
    if (household === undefined) return;
    const { added, removedAtMs } = household.addSample(circuit.id, circuit, sample, monotonicMs);
    this.#store.defer([
      ...(added === null ? [] : [this.#store.usePointChange(circuit.id, added)]),
      ...removedAtMs.map((atMs) => this.#store.usePointRemoval(circuit.id, atMs)),
    ]);
  }
}
