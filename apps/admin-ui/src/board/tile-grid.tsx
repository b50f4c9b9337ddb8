import { Box, Typography } from "@mui/material";
import { type KeyboardEvent, useCallback, useState } from "react";
import type { Tile } from "../api/rows.ts";
import type { Format } from "../format/format.ts";
import type { Translate } from "../i18n/translated.ts";
import type { ConsoleKey } from "../i18n/use-t.ts";
import { RoomTile } from "./room-tile.tsx";
import { type BuildingOfTiles, tileState } from "./tile-state.ts";

const tilesIn = (root: HTMLElement): HTMLButtonElement[] => [
  ...root.querySelectorAll<HTMLButtonElement>(".hm-tile"),
];

/** The tile that an arrow key leads to: the neighbour sideways, the nearest of the next row up and down. */
function neighbour(tiles: HTMLButtonElement[], from: number, key: string): HTMLButtonElement | undefined {
  if (key === "ArrowRight") return tiles[from + 1];
  if (key === "ArrowLeft") return tiles[from - 1];
  if (key === "Home") return tiles[0];
  if (key === "End") return tiles.at(-1);
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

const isPowered = (tile: Tile) => ["on", "low", "vacant"].includes(tileState(tile));

/** Buildings, floors and rooms. One Tab stop; arrows, Home and End move within. */
export function TileGrid({ buildings, buildingNames, onOpen, t, format }: Props) {
  const [activeUnit, setActiveUnit] = useState<string | null>(null);
  const allUnits = buildings.flatMap(({ floors }) =>
    floors.flatMap(({ tiles }) => tiles.map((tile) => tile.unitId)),
  );
  const tabStop = activeUnit !== null && allUnits.includes(activeUnit) ? activeUnit : allUnits[0];

  const move = useCallback((event: KeyboardEvent<HTMLElement>) => {
    const tiles = tilesIn(event.currentTarget);
    const from = tiles.indexOf(event.target as HTMLButtonElement);
    const next = from < 0 ? undefined : neighbour(tiles, from, event.key);
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    setActiveUnit(next.dataset.unit ?? null);
  }, []);

  return (
    <Box onKeyDown={move} sx={{ "--hm-focus": (theme) => theme.palette.primary.main }}>
      {buildings.map(({ buildingId, floors }) => (
        <Box component="section" key={buildingId} aria-labelledby={`building-${buildingId}`} sx={{ mb: 2.5 }}>
          <Typography variant="h2" id={`building-${buildingId}`} sx={{ mb: 0.5 }}>
            {buildingNames.get(buildingId) ?? buildingId}
          </Typography>
          {floors.map(({ floor, tiles }) => (
            <div className="hm-floor" key={floor}>
              <Box className="hm-floor-head" sx={{ color: "text.secondary" }}>
                <Box
                  component="h3"
                  sx={{ m: 0, fontSize: "inherit", fontWeight: 650, color: "text.primary" }}
                >
                  {t("board.floor", { floor })}
                </Box>
                <span>
                  {t("board.floorCounts", { on: tiles.filter(isPowered).length, all: tiles.length })}
                </span>
              </Box>
              <ul className="hm-tiles">
                {tiles.map((tile) => (
                  <li key={tile.unitId}>
                    <RoomTile
                      tile={tile}
                      isTabStop={tile.unitId === tabStop}
                      onOpen={onOpen}
                      t={t}
                      format={format}
                    />
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </Box>
      ))}
    </Box>
  );
}
