import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, resolve, sep } from "node:path";

/**
 * Which room may import which. First matching row wins; a room without a row may import anything in its own package.
 * `own`: rooms of the same package, by folder (a plain file counts as its own room). Tests are free within their package.
 */
const PACKAGE_ARROWS = {
  "packages/meter-model": [],
  "packages/pocket-mongo": [],
  "packages/meter-simulator": ["@hallmeter/meter-model"],
  "apps/bus-gateway": ["@hallmeter/meter-model"],
  "apps/vending-api": ["@hallmeter/meter-model"],
  "apps/admin-ui": ["@hallmeter/meter-model"],
} as const satisfies Record<string, readonly string[]>;

const COMMON_GATEWAY = ["errors", "clock"];
const COMMON_API = ["errors", "deps", "db", "clock"];
const ROOM_ARROWS: Record<string, Record<string, readonly string[]>> = {
  "packages/pocket-mongo": {
    bson: ["errors"],
    match: ["errors", "bson"],
    update: ["errors", "bson", "match"],
    expression: ["errors", "bson", "match", "plan"],
    store: ["errors", "bson", "match"],
    wire: ["errors", "bson"],
  },
  "apps/bus-gateway": {
    pipe: COMMON_GATEWAY,
    protocol: [...COMMON_GATEWAY, "pipe"],
    bus: [...COMMON_GATEWAY, "pipe", "protocol"],
    tools: [...COMMON_GATEWAY, "pipe", "protocol", "bus"],
    store: COMMON_GATEWAY,
    uplink: [...COMMON_GATEWAY, "store"],
    control: [...COMMON_GATEWAY, "bus", "store"],
    web: [...COMMON_GATEWAY, "bus", "control", "store", "uplink", "tools"],
  },
  "apps/vending-api": {
    http: COMMON_API,
    db: ["errors"],
    chain: [...COMMON_API, "http"],
    audit: [...COMMON_API, "http", "chain"],
    changes: [...COMMON_API, "http"],
    ledger: [...COMMON_API, "http", "chain"],
    users: [...COMMON_API, "http", "audit", "changes", "places"],
    places: [...COMMON_API, "http", "audit", "changes"],
    alarms: [...COMMON_API, "http", "audit", "changes", "places"],
    jobs: [...COMMON_API, "http", "audit", "changes"],
    tills: [...COMMON_API, "http", "audit", "changes", "ledger", "places"],
    documents: [...COMMON_API, "http", "audit"],
    rating: [...COMMON_API, "http", "ledger", "alarms", "changes", "places"],
  },
};

/** Test support, of a package or of one of its rooms: as free as the tests, and closed to everything else. */
const TESTING = "testing";

export interface Violation {
  file: string;
  imports: string;
  why: string;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return entry.name === "node_modules" || entry.name === "dist" ? [] : sources(path);
    return /\.(ts|tsx)$/.test(entry.name) ? [path] : [];
  });
}

const IMPORT =
  /(?:import|export)\s[^;'"]*?from\s*["']([^"']+)["']|import\s*\(\s*["']([^"']+)["']\s*\)|import\s+["']([^"']+)["']/g;

function importsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(IMPORT)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
}

/** The room of a file: its first folder below src, or its own name when it lies in src itself. */
function roomOf(packageSource: string, file: string): string {
  const [first = ""] = relative(packageSource, file).split(sep);
  return first.replace(/\.(test|property\.test)?\.?tsx?$/, "").replace(/\.tsx?$/, "");
}

function isTestSupport(packageSource: string, file: string): boolean {
  return dirname(relative(packageSource, file)).split(sep).includes(TESTING);
}

function judge(
  root: string,
  owner: keyof typeof PACKAGE_ARROWS,
  file: string,
  specifier: string,
): string | undefined {
  const packageSource = join(root, owner, "src");
  if (specifier.startsWith("@hallmeter/")) {
    const target = specifier.split("/").slice(0, 2).join("/");
    const allowed: readonly string[] = PACKAGE_ARROWS[owner];
    return allowed.includes(target)
      ? undefined
      : `${owner} may import ${allowed.join(", ") || "nothing of ours"}`;
  }
  if (!specifier.startsWith(".")) return undefined;
  const target = resolve(dirname(file), specifier);
  const room = roomOf(packageSource, file);
  const isTest = /\.test\.tsx?$/.test(file) || isTestSupport(packageSource, file);
  if (!target.startsWith(packageSource + sep)) {
    if (isTest && target.startsWith(join(root, "tests", "support") + sep)) return undefined;
    return specifier.endsWith(".json")
      ? undefined
      : "a path that leaves its package; import the package by name";
  }
  const targetRoom = roomOf(packageSource, target);
  if (isTestSupport(packageSource, target) && !isTest) return "testing/ is for tests";
  const allowedRooms = ROOM_ARROWS[owner]?.[room];
  if (isTest || room === targetRoom || !allowedRooms || allowedRooms.includes(targetRoom)) return undefined;
  return `${room} may import ${allowedRooms.join(", ")}, not ${targetRoom}`;
}

/** Every import that points against the house's arrows, over all packages and apps below `root`. */
export function arrowViolations(root: string): Violation[] {
  return (Object.keys(PACKAGE_ARROWS) as (keyof typeof PACKAGE_ARROWS)[]).flatMap((owner) =>
    sources(join(root, owner, "src")).flatMap((file) =>
      importsOf(file).flatMap((specifier) => {
        const why = judge(root, owner, file, specifier);
        return why ? [{ file: posix.normalize(relative(root, file)), imports: specifier, why }] : [];
      }),
    ),
  );
}
