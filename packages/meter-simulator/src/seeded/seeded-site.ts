import type { LineConfig } from "@hallmeter/meter-model";
import type { ProfileName } from "../device/device.ts";
import { type Random, randomStream } from "../random.ts";
import { parseSite, type SiteFile, type SiteFileInput } from "../site/site-file.ts";
import { residentsAppliances } from "./resident.ts";

export interface SeededSiteOptions {
  seed: number;
  buildings: number;
  /** Of each building. */
  circuits: number;
  /** Shares of the meter types; default ADF400L cabinets alone. */
  mix?: Partial<Record<ProfileName, number>>;
  /** Default 0. */
  utcOffsetMinutes?: number;
  wanderStepS?: number;
  control?: { port: number };
  /** Where programs reach a bus; default nowhere. */
  listenOf?: (busId: string) => SiteFileInput["buses"][number]["listen"];
}

type BusInput = SiteFileInput["buses"][number];
type MeterInput = NonNullable<BusInput["meters"]>[number];

const LINE_9600: LineConfig = { baud: 9600, parity: "none", stopBits: 1 };
/** DL/T 645-2007, 6: even parity; 2400 baud is what meters come with. */
const LINE_DLT645: LineConfig = { baud: 2400, parity: "even", stopBits: 1 };

/** Circuits of one bus: six full cabinets, or as many meters as an RS485 segment carries at half a unit load each. */
const CIRCUITS_PER_BUS = {
  "acrel-adf400l": 216,
  "reference-cabinet": 240,
  "acrel-1352": 64,
  "eastron-sdm120": 64,
  "eastron-sdm630": 64,
  "dlt645-prepaid": 64,
} as const satisfies Record<ProfileName, number>;
const CABINET_CIRCUITS = 36;
const REFERENCE_CIRCUITS = 12;

/** Meters have been in use for a while: up to 3 MWh. */
function household(random: Random) {
  return { initialEnergyWh: 10 * Math.floor(random() * 300_000), appliances: residentsAppliances(random) };
}

/** Whole circuits by share; the largest remainders get what is left over. */
export function shareOut(total: number, shares: readonly number[]): number[] {
  const sum = shares.reduce((all, share) => all + share, 0);
  const exact = shares.map((share) => (total * share) / sum);
  const counts = exact.map(Math.floor);
  const byRemainder = exact
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  const left = total - counts.reduce((all, count) => all + count, 0);
  for (const { index } of byRemainder.slice(0, left)) counts[index] = (counts[index] ?? 0) + 1;
  return counts;
}

function cabinetsOf(count: number, random: Random): BusInput["cabinets"] {
  return Array.from({ length: Math.ceil(count / CABINET_CIRCUITS) }, (_, index) => {
    const firstUnitId = 1 + CABINET_CIRCUITS * index;
    const singlePhaseCount = Math.min(CABINET_CIRCUITS, count - CABINET_CIRCUITS * index);
    const circuits = Array.from({ length: singlePhaseCount }, (_circuit, circuit) => ({
      unitId: firstUnitId + circuit,
      ...household(random),
    }));
    return { firstUnitId, threePhaseCount: 0, singlePhaseCount, circuits };
  });
}

function referenceCabinetsOf(count: number, random: Random): MeterInput[] {
  return Array.from({ length: Math.ceil(count / REFERENCE_CIRCUITS) }, (_, index) => ({
    profile: "reference-cabinet" as const,
    unitId: 1 + index,
    circuits: Array.from(
      { length: Math.min(REFERENCE_CIRCUITS, count - REFERENCE_CIRCUITS * index) },
      (_circuit, loop) => ({ loop: loop + 1, ...household(random) }),
    ),
  }));
}

function metersOf(
  profile: Exclude<ProfileName, "acrel-adf400l">,
  count: number,
  address: { next: number },
  random: Random,
): MeterInput[] {
  if (profile === "reference-cabinet") return referenceCabinetsOf(count, random);
  return Array.from({ length: count }, (_, index): MeterInput => {
    const unitId = index + 1;
    if (profile === "dlt645-prepaid")
      return { profile, unitId: String(address.next++).padStart(12, "0"), ...household(random) };
    if (profile === "acrel-1352") return { profile, unitId, variant: "single-phase", ...household(random) };
    return { profile, unitId, ...household(random) };
  });
}

/** A whole site whose residents live by timetable and season; the same options give the same site. */
export function seededSite(options: SeededSiteOptions): SiteFile {
  const { seed, buildings, circuits, mix = { "acrel-adf400l": 1 }, listenOf = () => ({}) } = options;
  const profiles = Object.keys(mix) as ProfileName[];
  const counts = shareOut(
    circuits,
    profiles.map((profile) => mix[profile] ?? 0),
  );
  const address = { next: 100_000_000_001 };
  const buses: BusInput[] = [];
  for (let building = 1; building <= buildings; building++)
    for (const [index, profile] of profiles.entries()) {
      let left = counts[index] ?? 0;
      for (let number = 1; left > 0; number++) {
        const count = Math.min(left, CIRCUITS_PER_BUS[profile]);
        const id = `building-${building}-${profile}${number === 1 ? "" : `-${number}`}`;
        const random = randomStream(seed, `site/${id}`);
        buses.push({
          id,
          line: profile === "dlt645-prepaid" ? LINE_DLT645 : LINE_9600,
          listen: listenOf(id),
          ...(profile === "acrel-adf400l"
            ? { cabinets: cabinetsOf(count, random) }
            : { meters: metersOf(profile, count, address, random) }),
        });
        left -= count;
      }
    }
  return parseSite({
    utcOffsetMinutes: options.utcOffsetMinutes ?? 0,
    ...(options.wanderStepS !== undefined && { wanderStepS: options.wanderStepS }),
    ...(options.control && { control: options.control }),
    buses,
  });
}
