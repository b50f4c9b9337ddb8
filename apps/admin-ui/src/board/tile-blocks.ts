import type { Tile } from "../api/rows.ts";
import { type BuildingOfTiles, tileState } from "./tile-state.ts";

/** A larger floor is drawn in parts. Range 24–200; rows of 2, 3, 4, 6, 8, 9 and 12 tiles end where it ends. */
const MOST_TILES = 72;
/** Tiles that stay drawn beyond each edge of the window: what a fast wheel turns in two frames, and a small site whole. */
const TILES_BEYOND = 150;

/** What is drawn, measured and put away together: a floor, or a part of a large one. */
export interface TileBlock {
  key: string;
  buildingId: string;
  isFirstOfBuilding: boolean;
  floor: number;
  isFirstOfFloor: boolean;
  /** Of the whole floor. */
  floorCounts: { on: number; all: number };
  tiles: Tile[];
}

const isPowered = (tile: Tile) => ["on", "low", "vacant"].includes(tileState(tile));

export function blocksOf(buildings: readonly BuildingOfTiles[]): TileBlock[] {
  return buildings.flatMap(({ buildingId, floors }) =>
    floors.flatMap(({ floor, tiles }, floorIndex) => {
      const floorCounts = { on: tiles.filter(isPowered).length, all: tiles.length };
      return Array.from({ length: Math.ceil(tiles.length / MOST_TILES) }, (_, part) => ({
        key: `${buildingId}/${floor}/${part}`,
        buildingId,
        isFirstOfBuilding: floorIndex === 0 && part === 0,
        floor,
        isFirstOfFloor: part === 0,
        floorCounts,
        tiles: tiles.slice(part * MOST_TILES, (part + 1) * MOST_TILES),
      }));
    }),
  );
}

/** In which block each room is. */
export const blockOfUnits = (blocks: readonly TileBlock[]): ReadonlyMap<string, number> =>
  new Map(blocks.flatMap(({ tiles }, index) => tiles.map(({ unitId }) => [unitId, index] as const)));

/**
 * The blocks to draw, in their order: those in sight, enough tiles beyond both edges, and `kept` with its neighbours, so that
 * the room that has the focus and the rooms that arrows lead to are there wherever the window is.
 */
export function drawnBlocks(
  blocks: readonly TileBlock[],
  inSight: { startIndex: number; endIndex: number },
  kept: number,
): number[] {
  const reached = (from: number, step: 1 | -1): number => {
    let at = from;
    let tiles = 0;
    while (tiles < TILES_BEYOND && blocks[at + step] !== undefined) {
      at += step;
      tiles += blocks[at]?.tiles.length ?? 0;
    }
    return at;
  };
  const first = reached(inSight.startIndex, -1);
  const last = reached(inSight.endIndex, 1);
  return blocks.flatMap((_, index) =>
    (index >= first && index <= last) || Math.abs(index - kept) <= 1 ? index : [],
  );
}

/** From this width of the window on, a floor's name stands beside its tiles: board.css has the same. */
const WIDE_PX = 900;
const WIDE = { besidePx: 104, tilePx: 120, gapPx: 8, rowPx: 80, headPx: 0 } as const;
const NARROW = { besidePx: 0, tilePx: 108, gapPx: 6, rowPx: 80, headPx: 26 } as const;
const FLOOR_PADDING_PX = 16;
const BUILDING_HEAD_PX = 48;

/** Good enough for a scroll bar; what was drawn once is measured. */
export function estimatedHeightPx(block: TileBlock, widthPx: number, windowPx: number): number {
  const { besidePx, tilePx, gapPx, rowPx, headPx } = windowPx < WIDE_PX ? NARROW : WIDE;
  const columns = Math.max(1, Math.floor((widthPx - besidePx + gapPx) / (tilePx + gapPx)));
  const rows = Math.ceil(block.tiles.length / columns);
  const headsPx = (block.isFirstOfFloor ? headPx : 0) + (block.isFirstOfBuilding ? BUILDING_HEAD_PX : 0);
  return headsPx + FLOOR_PADDING_PX + rows * (rowPx + gapPx) - gapPx;
}
