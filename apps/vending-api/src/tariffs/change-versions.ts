import { ApiError } from "../errors.ts";
import type { RecordedVersion, TariffRow } from "./tariff.model.ts";

/** A form that was filled in slowly may still mean "now". Range 0–10 min. */
const GRACE_MS = 60_000;

/** What was used is rated by the prices of its time: no version begins before now. Throws `tariff-in-the-past`. */
export function startOfVersion(effectiveFrom: string | undefined, now: Date): Date {
  if (effectiveFrom === undefined) return now;
  const start = new Date(effectiveFrom);
  if (start.getTime() < now.getTime() - GRACE_MS) throw new ApiError("tariff-in-the-past");
  return start < now ? now : start;
}

type Versions = Pick<TariffRow, "versions" | "withdrawn" | "revision">;

/** With one more version. Throws `tariff-version-overlap` where another one begins at the same instant. */
export function withVersion(
  { versions, withdrawn, revision }: Versions,
  added: Omit<RecordedVersion, "number">,
): Pick<Versions, "versions" | "revision"> {
  if (versions.some(({ effectiveFrom }) => effectiveFrom.getTime() === added.effectiveFrom.getTime()))
    throw new ApiError("tariff-version-overlap");
  const number = Math.max(0, ...[...versions, ...withdrawn].map((version) => version.number)) + 1;
  const byStart = (a: RecordedVersion, b: RecordedVersion) =>
    a.effectiveFrom.getTime() - b.effectiveFrom.getTime();
  return { versions: [...versions, { number, ...added }].sort(byStart), revision: revision + 1 };
}

/** Without a version that does not hold yet. Throws `not-found`, `tariff-in-the-past`. */
export function withoutVersion(
  { versions, withdrawn, revision }: Versions,
  number: number,
  now: Date,
): Versions {
  const gone = versions.find((version) => version.number === number);
  if (gone === undefined) throw new ApiError("not-found");
  // The first version also holds before its own date.
  if (gone.effectiveFrom <= now || gone === versions[0])
    throw new ApiError("tariff-in-the-past", "This version holds; another one can follow it");
  return {
    versions: versions.filter((version) => version !== gone),
    withdrawn: [...withdrawn, gone],
    revision: revision + 1,
  };
}
