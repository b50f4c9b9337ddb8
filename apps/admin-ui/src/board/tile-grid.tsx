import { Box, Typography } from "@mui/material";
import { useWindowVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Format } from "../format/format.ts";
import type { Translate } from "../i18n/translated.ts";
import type { ConsoleKey } from "../i18n/use-t.ts";
import { RoomTile } from "./room-tile.tsx";
import { blockOfUnits, blocksOf, drawnBlocks, estimatedHeightPx, type TileBlock } from "./tile-blocks.ts";
import type { BuildingOfTiles } from "./tile-state.ts";

const tilesIn = (root: HTMLElement): HTMLButtonElement[] => [
  ...root.querySelectorAll<HTMLButtonElement>(".hm-tile"),
];

/** The tile that an arrow key leads to: the neighbour sideways, the nearest of the next row up and down. */
function neighbour(tiles: HTMLButtonElement[], from: number, key: string): HTMLButtonElement | undefined {
  if (key === "ArrowRight") return tiles[from + 1];
  if (key === "ArrowLeft") return tiles[from - 1];
  const here = tiles[from]?.getBoundingClientRect();
  if (here === undefined || (key !== "ArrowDown" && key !== "ArrowUp")) return undefined;
  const step = key === "ArrowDown" ? 1 : -1;
  let best: { tile: HTMLButtonElement; top: number; distance: number } | undefined;
  for (let at = from + step; at >= 0 && at < tiles.length; at += step) {
    const tile = tiles[at];
    const place = tile?.getBoundingClientRect();
    if (tile === undefined || place === undefined || Math.abs(place.top - here.top) < 4) continue;
    if (best !== undefined && Math.abs(place.top - best.top) >= 4) break;
    const distance = Math.abs(place.left - here.left);
    if (best === undefined || distance < best.distance) best = { tile, top: place.top, distance };
  }
  return best?.tile;
}

interface Props {
  buildings: BuildingOfTiles[];
  buildingNames: ReadonlyMap<string, string>;
  onOpen: (unitId: string) => void;
  t: Translate<ConsoleKey>;
  format: Format;
}

/**
 * Buildings, floors and rooms. One Tab stop; arrows, Home and End move within. Only what is near the window is drawn, so that
 * thousands of rooms scroll and change like a hundred.
 */
export function TileGrid({ buildings, buildingNames, onOpen, t, format }: Props) {
  const [activeUnit, setActiveUnit] = useState<string | null>(null);
  const [listTopPx, setListTopPx] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const isFocusDue = useRef(false);
  const blocks = useMemo(() => blocksOf(buildings), [buildings]);
  const blockOf = useMemo(() => blockOfUnits(blocks), [blocks]);
  const firstUnit = blocks[0]?.tiles[0]?.unitId;
  const tabStop = activeUnit !== null && blockOf.has(activeUnit) ? activeUnit : firstUnit;
  const kept = blockOf.get(tabStop ?? "") ?? 0;

  const virtualizer = useWindowVirtualizer<HTMLDivElement>({
    count: blocks.length,
    getItemKey: (index) => blocks[index]?.key ?? index,
    estimateSize(index) {
      const block = blocks[index];
      const widthPx = list.current?.clientWidth ?? window.innerWidth;
      return block === undefined ? 0 : estimatedHeightPx(block, widthPx, window.innerWidth);
    },
    rangeExtractor: (inSight) => drawnBlocks(blocks, inSight, kept),
    scrollMargin: listTopPx,
    useFlushSync: false,
  });

  // What stands above the list comes and goes with what is filtered.
  useLayoutEffect(() => {
    const box = list.current?.getBoundingClientRect();
    if (box) setListTopPx(Math.round(box.top + window.scrollY));
  });
  useLayoutEffect(() => {
    if (!isFocusDue.current || activeUnit === null) return;
    isFocusDue.current = false;
    list.current?.querySelector<HTMLElement>(`[data-unit="${CSS.escape(activeUnit)}"]`)?.focus();
  }, [activeUnit]);

  const lastUnit = blocks.at(-1)?.tiles.at(-1)?.unitId;
  const move = useCallback(
    (event: KeyboardEvent<HTMLElement>) => {
      const tiles = tilesIn(event.currentTarget);
      const from = tiles.indexOf(event.target as HTMLButtonElement);
      if (from < 0) return;
      const ends = new Map([
        ["Home", firstUnit],
        ["End", lastUnit],
      ]);
      const unit = ends.get(event.key) ?? neighbour(tiles, from, event.key)?.dataset.unit;
      if (unit === undefined) return;
      event.preventDefault();
      // The room may not be drawn yet: it is as soon as it is the active one.
      isFocusDue.current = true;
      setActiveUnit(unit);
    },
    [firstUnit, lastUnit],
  );

  return (
    <Box
      ref={list}
      onKeyDown={move}
      onFocus={({ target }) => target instanceof HTMLElement && setActiveUnit(target.dataset.unit ?? null)}
      sx={{ position: "relative", "--hm-focus": (theme) => theme.palette.primary.main }}
      style={{ height: virtualizer.getTotalSize() }}
    >
      {byBuilding(blocks, virtualizer.getVirtualItems()).map(({ buildingId, drawn }) => {
        const name = buildingNames.get(buildingId) ?? buildingId;
        return (
          <section key={buildingId} aria-label={name}>
            {drawn.map(({ block, item }) => (
              <div
                key={block.key}
                ref={virtualizer.measureElement}
                data-index={item.index}
                className="hm-block"
                style={{ transform: `translateY(${item.start - listTopPx}px)` }}
              >
                {block.isFirstOfBuilding && (
                  <Typography variant="h2" sx={{ pt: item.index === 0 ? 0 : 2, pb: 0.5 }}>
                    {name}
                  </Typography>
                )}
                <Floor {...{ block, tabStop, onOpen, t, format }} />
              </div>
            ))}
          </section>
        );
      })}
    </Box>
  );
}

interface DrawnBuilding {
  buildingId: string;
  drawn: { block: TileBlock; item: VirtualItem }[];
}

function byBuilding(blocks: readonly TileBlock[], items: readonly VirtualItem[]): DrawnBuilding[] {
  const buildings = new Map<string, DrawnBuilding>();
  for (const item of items) {
    const block = blocks[item.index];
    if (block === undefined) continue;
    const { buildingId } = block;
    const building = buildings.get(buildingId) ?? { buildingId, drawn: [] };
    buildings.set(buildingId, building);
    building.drawn.push({ block, item });
  }
  return [...buildings.values()];
}

function Floor({
  block: { floor, isFirstOfFloor, floorCounts, tiles },
  tabStop,
  onOpen,
  t,
  format,
}: Omit<Props, "buildings" | "buildingNames"> & { block: TileBlock; tabStop: string | undefined }) {
  return (
    <div className="hm-floor">
      <Box className="hm-floor-head" sx={{ color: "text.secondary" }}>
        {isFirstOfFloor && (
          <>
            <Box component="h3" sx={{ m: 0, fontSize: "inherit", fontWeight: 650, color: "text.primary" }}>
              {t("board.floor", { floor })}
            </Box>
            <span>{t("board.floorCounts", floorCounts)}</span>
          </>
        )}
      </Box>
      <ul className="hm-tiles">
        {tiles.map((tile) => (
          <li key={tile.unitId}>
            <RoomTile tile={tile} isTabStop={tile.unitId === tabStop} onOpen={onOpen} t={t} format={format} />
          </li>
        ))}
      </ul>
    </div>
  );
}
