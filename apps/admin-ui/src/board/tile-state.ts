import type { Tile } from "../api/rows.ts";

/** One of these colours a tile; alarms and keep-power are marks beside it. */
export const TILE_STATES = ["off", "low", "switching", "offline", "unknown", "on", "vacant"] as const;
export type TileState = (typeof TILE_STATES)[number];

/** Below this a room is shown as low: long enough to buy before a weekend. */
export const LOW_DAYS = 3;

/** What a tile shows, from what is known; the meter's silence comes first, because all else may be old then. */
export function tileState(tile: Tile): TileState {
  if (tile.presence === "offline") return "offline";
  if (tile.relay === "unknown") return "unknown";
  if (tile.relay === "open") return tile.intended === "closed" ? "switching" : "off";
  if (tile.intended === "open") return "switching";
  if (tile.householdId === null) return "vacant";
  const isLow =
    (tile.daysLeft !== null && tile.daysLeft < LOW_DAYS) ||
    (tile.balanceMinor !== null && tile.balanceMinor <= 0);
  return isLow ? "low" : "on";
}

export type TileFilter = TileState | "alarm" | "all";

export const matchesFilter = (tile: Tile, filter: TileFilter): boolean =>
  filter === "all" || (filter === "alarm" ? tile.alarms > 0 : tileState(tile) === filter);

export function matchesSearch(tile: Tile, search: string): boolean {
  const wanted = search.trim().toLocaleLowerCase();
  if (wanted === "") return true;
  return [tile.unitName, tile.householdName ?? ""].some((text) => text.toLocaleLowerCase().includes(wanted));
}

export type TileCounts = Record<TileState | "alarm" | "all", number>;

export function countTiles(tiles: readonly Tile[]): TileCounts {
  const counts: TileCounts = {
    all: 0,
    alarm: 0,
    off: 0,
    low: 0,
    switching: 0,
    offline: 0,
    unknown: 0,
    on: 0,
    vacant: 0,
  };
  for (const tile of tiles) {
    counts.all += 1;
    counts[tileState(tile)] += 1;
    if (tile.alarms > 0) counts.alarm += 1;
  }
  return counts;
}

export interface FloorOfTiles {
  floor: number;
  tiles: Tile[];
}
export interface BuildingOfTiles {
  buildingId: string;
  floors: FloorOfTiles[];
}

/** Buildings by name, floors upwards, rooms by name as a person counts (9 before 10). */
export function groupTiles(
  tiles: readonly Tile[],
  buildingNames: ReadonlyMap<string, string>,
): BuildingOfTiles[] {
  const byBuilding = new Map<string, Map<number, Tile[]>>();
  for (const tile of tiles) {
    const floors = byBuilding.get(tile.buildingId) ?? new Map<number, Tile[]>();
    byBuilding.set(tile.buildingId, floors);
    floors.set(tile.floor, [...(floors.get(tile.floor) ?? []), tile]);
  }
  const byName = new Intl.Collator("en", { numeric: true });
  const nameOf = (buildingId: string) => buildingNames.get(buildingId) ?? "";
  return [...byBuilding]
    .sort(([a], [b]) => byName.compare(nameOf(a), nameOf(b)))
    .map(([buildingId, floors]) => ({
      buildingId,
      floors: [...floors]
        .sort(([a], [b]) => a - b)
        .map(([floor, onFloor]) => ({
          floor,
          tiles: onFloor.sort((a, b) => byName.compare(a.unitName, b.unitName)),
        })),
    }));
}
