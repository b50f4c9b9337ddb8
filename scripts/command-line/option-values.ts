import { resolve } from "node:path";
import { InvalidArgumentError } from "commander";

/** What options and arguments may be: each answers the value or says what is wrong with it. */
export const path = (text: string): string => resolve(text);

export function webAddress(text: string): string {
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text))
    throw new InvalidArgumentError("an address beginning with http:// or https:// is needed.");
  return text;
}

export function wholeNumber(from: number, to: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < from || value > to)
      throw new InvalidArgumentError(`a whole number from ${from} to ${to} is needed.`);
    return value;
  };
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("a number above 0 is needed.");
  return value;
}

export function share(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError("a share from 0 to 1 is needed.");
  return value;
}

/** One cabinet's circuits, "4+24": three-phase and single-phase. Repeated, they add up. */
export function cabinetContent(text: string, before: { threePhase: number; singlePhase: number }[] = []) {
  const [, threePhase, singlePhase] = /^(\d{1,3})\+(\d{1,3})$/.exec(text) ?? [];
  if (threePhase === undefined) throw new InvalidArgumentError("write it like 4+24.");
  return [...before, { threePhase: Number(threePhase), singlePhase: Number(singlePhase) }];
}

/** Modbus unit id, or the twelve digits of a DL/T 645 address. */
export function unitId(text: string): number | string {
  if (/^\d{12}$/.test(text)) return text;
  const value = Number(text);
  if (!/^\d{1,3}$/.test(text) || value < 1 || value > 247)
    throw new InvalidArgumentError("a unit id from 1 to 247 or twelve digits are needed.");
  return value;
}

/** "1-36" or "1,13-36": each id once, in the order given. */
export function unitRange(text: string): number[] {
  const ids = text.split(",").flatMap((part) => {
    const [, first, last = first] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part) ?? [];
    const from = Number(first);
    const to = Number(last);
    if (!(from >= 1 && to <= 247 && from <= to))
      throw new InvalidArgumentError("unit ids are from 1 to 247; write them like 1-36 or 1,13-36.");
    return Array.from({ length: to - from + 1 }, (_, n) => from + n);
  });
  return [...new Set(ids)];
}

export const baudList = (text: string): number[] => text.split(",").map(wholeNumber(300, 921_600));

const PARITIES = ["none", "odd", "even"] as const;

export function parityList(text: string): (typeof PARITIES)[number][] {
  return text.split(",").map((name) => {
    const parity = PARITIES.find((known) => known === name);
    if (parity === undefined) throw new InvalidArgumentError("parities are none, odd and even.");
    return parity;
  });
}

export const print = (line: string): void => void process.stdout.write(`${line}\n`);
