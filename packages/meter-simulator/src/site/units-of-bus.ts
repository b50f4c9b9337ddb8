import type { UnitId } from "@hallmeter/meter-model";
import { cabinetUnits } from "../device/adf400l/cabinet.ts";
import type { ProfileName } from "../device/device.ts";
import { REFERENCE_CIRCUITS } from "../device/reference-cabinet.ts";
import type { SiteFile } from "./site-file.ts";

/** Where a circuit of a site file is, and what measures it. */
export interface CircuitPlace {
  busId: string;
  unitId: UnitId;
  loop: number;
  profile: ProfileName;
  variant: string;
}

/** Every circuit of a bus, in the order of its devices. */
export function unitsOfBus({ id, cabinets, meters }: SiteFile["buses"][number]): CircuitPlace[] {
  const ofCabinets = cabinets.flatMap((cabinet) =>
    cabinetUnits(cabinet).map(({ unitId, variant }) => ({
      busId: id,
      unitId,
      loop: 1,
      profile: "acrel-adf400l" as const,
      variant,
    })),
  );
  const ofMeters = meters.flatMap((meter): CircuitPlace[] => {
    const { profile, unitId } = meter;
    if (meter.profile === "reference-cabinet")
      return Array.from({ length: REFERENCE_CIRCUITS }, (_, index) => ({
        busId: id,
        unitId,
        loop: index + 1,
        profile,
        variant: "circuit",
      }));
    const variant =
      meter.profile === "acrel-1352"
        ? meter.variant
        : meter.profile === "eastron-sdm630"
          ? "three-phase"
          : "single-phase";
    return [{ busId: id, unitId, loop: 1, profile, variant }];
  });
  return [...ofCabinets, ...ofMeters];
}
