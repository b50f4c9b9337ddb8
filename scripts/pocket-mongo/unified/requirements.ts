import type { Requirement } from "./test-file.ts";

/** Why a server of this version and topology need not run the test, or undefined when one of the alternatives fits. */
export function unmet(
  alternatives: readonly Requirement[] | undefined,
  version: string,
  topology: string,
): string | undefined {
  if (!alternatives || alternatives.some((one) => fits(one, version, topology))) return undefined;
  return `it wants ${alternatives.map(describe).join(" or ")}`;
}

function fits(one: Requirement, version: string, topology: string): boolean {
  if (one.minServerVersion !== undefined && compareVersions(version, one.minServerVersion) < 0) return false;
  if (one.maxServerVersion !== undefined && compareVersions(version, one.maxServerVersion) > 0) return false;
  if (one.topologies !== undefined && !one.topologies.includes(topology)) return false;
  return one.auth !== true;
}

function describe(one: Requirement): string {
  const parts = [
    one.minServerVersion && `at least ${one.minServerVersion}`,
    one.maxServerVersion && `at most ${one.maxServerVersion}`,
    one.topologies?.join("/"),
    one.auth && "authentication",
  ];
  return parts.filter(Boolean).join(", ");
}

function compareVersions(left: string, right: string): number {
  const [a, b] = [left, right].map((text) => text.split(".").map(Number)) as [number[], number[]];
  for (let i = 0; i < 3; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
