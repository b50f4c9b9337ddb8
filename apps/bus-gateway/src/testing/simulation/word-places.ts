import {
  acrelAdf400l,
  blocksOf,
  isModbusBlock,
  profileRegister,
  profileVariant,
  wordIndex,
} from "@hallmeter/meter-model";
import type { WordPlaces } from "./simulated-circuit.ts";

/** Where the words of a single-phase sample lie. */
export function wordPlaces(): WordPlaces {
  const [block] = blocksOf(profileVariant(acrelAdf400l, "single-phase")).filter(isModbusBlock);
  if (block === undefined) throw new Error("the profile has no sample block");
  const places = new Map<string, number>();
  const place = (name: string): number => {
    const known = places.get(name);
    if (known !== undefined) return known;
    const index = wordIndex(profileRegister(acrelAdf400l, "single-phase", name), block);
    if (index === undefined) throw new Error(`${name} is not in the sample block`);
    places.set(name, index);
    return index;
  };
  return { count: block.count, place };
}
