import { useMemo } from "react";
import type { Board, Tile } from "../api/rows.ts";
import { useRow } from "../data/use-row.ts";
import { useSite } from "../layout/site-context.tsx";

export interface TilesOf {
  household: ReadonlyMap<string, Tile>;
  circuit: ReadonlyMap<string, Tile>;
}

/** The Board's tiles by what is in the room, for lists that tell how a room is; undefined until it is read. */
export function useTiles(): TilesOf | undefined {
  const { data: board } = useRow<Board>("board", useSite().id);
  return useMemo(() => {
    if (board === undefined) return undefined;
    const household = new Map<string, Tile>();
    const circuit = new Map<string, Tile>();
    for (const tile of board.tiles) {
      if (tile.householdId !== null) household.set(tile.householdId, tile);
      for (const id of tile.circuitIds) circuit.set(id, tile);
    }
    return { household, circuit };
  }, [board]);
}
