/** Programs and systems by what stands in a User-Agent; the first that fits is meant, since most name several. */
const PROGRAMS = [
  [/MicroMessenger\//, "WeChat"],
  [/Edg(e|A|iOS)?\//, "Edge"],
  [/OPR\/|Opera/, "Opera"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/CriOS\/|Chrom(e|ium)\//, "Chrome"],
  [/Safari\//, "Safari"],
] as const;
const SYSTEMS = [
  [/HarmonyOS/, "HarmonyOS"],
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/Mac OS X|Macintosh/, "macOS"],
  [/Linux|X11/, "Linux"],
] as const;
/** Of a program that nobody knows, as much as a line holds. */
const MOST_SHOWN = 40;

const nameIn = (table: readonly (readonly [RegExp, string])[], text: string): string | undefined =>
  table.find(([pattern]) => pattern.test(text))?.[1];

/** "Chrome, Windows" of a User-Agent; as it is where it names neither; null where there is none. */
export function deviceName(userAgent: string | null): string | null {
  if (userAgent === null) return null;
  const known = [nameIn(PROGRAMS, userAgent), nameIn(SYSTEMS, userAgent)].filter(
    (name) => name !== undefined,
  );
  return known.length > 0 ? known.join(", ") : userAgent.slice(0, MOST_SHOWN);
}
