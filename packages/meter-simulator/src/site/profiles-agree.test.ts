import {
  blocksOf,
  builtInProfiles,
  decodeSample,
  isModbusBlock,
  type Profile,
  relayWrite,
  type UnitId,
} from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { dataIdBytes } from "../dlt645/bcd.ts";
import { profileRig } from "../testing/profile-rig.ts";
import { unitsOfBus } from "./units-of-bus.ts";

/** Two readings of the same sources, written apart: the simulator's registers and the model's profiles. */
const METERS = [
  {
    profile: "reference-cabinet" as const,
    unitId: 1,
    circuits: [{ loop: 3, initialEnergyWh: 98_760, appliances: [{ kind: "kettle" as const }] }],
  },
  {
    profile: "acrel-1352" as const,
    unitId: 2,
    variant: "single-phase" as const,
    initialEnergyWh: 98_760,
    appliances: [{ kind: "kettle" as const }],
  },
  {
    profile: "acrel-1352" as const,
    unitId: 3,
    variant: "three-phase" as const,
    initialEnergyWh: 98_760,
    appliances: [{ kind: "heater" as const }],
  },
  {
    profile: "eastron-sdm120" as const,
    unitId: 4,
    initialEnergyWh: 98_760,
    appliances: [{ kind: "kettle" as const }],
  },
  {
    profile: "eastron-sdm630" as const,
    unitId: 5,
    initialEnergyWh: 98_760,
    appliances: [{ kind: "heater" as const }],
  },
  {
    profile: "dlt645-prepaid" as const,
    unitId: "100000000001",
    initialEnergyWh: 98_760,
    appliances: [{ kind: "kettle" as const }],
  },
];
const ACCESS = { level: 2, password: "000000", operator: "00000000" };

describe("a sample decoded by the model's profile", () => {
  const rig = profileRig(METERS);
  const { core, clock } = rig;
  const places = unitsOfBus(core.bus("bus").plan).filter(
    ({ profile, loop }) => profile !== "reference-cabinet" || loop === 3,
  );

  const profileOf = (id: string): Profile => {
    const profile = builtInProfiles[id];
    if (!profile) throw new Error(`the model has no profile ${id}`);
    return profile;
  };
  const read = (profile: Profile, variantName: string, unitId: UnitId, loop: number) => {
    const variant = profile.variants[variantName];
    if (!variant) throw new Error(`${profile.id} has no variant ${variantName}`);
    const replies = blocksOf(variant, loop).map((block) => {
      if (!isModbusBlock(block))
        return rig.dlt645(String(unitId), 0x11, dataIdBytes(block.dataId))?.data.slice(4) ?? [];
      const { function: functionCode, address, count } = block;
      const reply = rig.rtu.exchange(
        [Number(unitId), functionCode, address >> 8, address & 0xff, 0, count],
        900,
      );
      return Array.from(
        { length: count },
        (_, index) => ((reply[3 + 2 * index] ?? 0) << 8) | (reply[4 + 2 * index] ?? 0),
      );
    });
    const context = {
      circuitId: "c",
      at: new Date(clock.nowMs()).toISOString(),
      ctRatio: 1,
      ptRatio: 1,
      loop,
    };
    return { variant, sample: decodeSample(profile, variantName, replies, context) };
  };

  it.each(places)(
    "$profile $variant of unit $unitId, closed and open",
    ({ profile: id, variant: variantName, unitId, loop }) => {
      const profile = profileOf(id);
      clock.advance(60_000);
      const { sample, variant } = read(profile, variantName, unitId, loop);
      const truth = core.circuit("bus", unitId, loop);
      // Settled power wanders by less than a hundredth between the reading and the look behind it.
      expect(Math.abs(sample.activePowerW - truth.activePowerW)).toBeLessThan(0.02 * truth.activePowerW);
      expect(sample.activePowerW).toBeGreaterThan(1400);
      expect(truth.energyWh - sample.energyWh).toBeGreaterThanOrEqual(0);
      expect(truth.energyWh - sample.energyWh).toBeLessThan(15);
      expect(Math.abs(sample.voltageDv - 2200)).toBeLessThan(60);
      expect(sample.flags).toEqual([]);
      expect(sample.relay).toBe(variant.relay ? "closed" : "unknown");
      if (!variant.relay) return;
      const write = relayWrite(variant, "open", {
        loop,
        access: ACCESS,
        expiresAtMs: clock.nowMs() + 60_000,
        timeZone: "UTC",
      });
      if ("words" in write) {
        const { address, words } = write;
        const bytes = words.flatMap((word) => [word >>> 8, word & 0xff]);
        rig.rtu.exchange([
          Number(unitId),
          16,
          address >> 8,
          address & 0xff,
          0,
          words.length,
          bytes.length,
          ...bytes,
        ]);
      } else rig.dlt645(String(unitId), write.control, write.data);
      expect(core.circuit("bus", unitId, loop)).toMatchObject({ relay: "open", commanded: "open" });
      expect(read(profile, variantName, unitId, loop).sample).toMatchObject({
        relay: "open",
        activePowerW: 0,
      });
    },
  );
});
