import ClearIcon from "@mui/icons-material/Close";
import SearchIcon from "@mui/icons-material/Search";
import { Box, Button, IconButton, InputAdornment, TextField, Typography } from "@mui/material";
import { useCallback, useDeferredValue, useMemo, useState } from "react";
import { useGetList } from "react-admin";
import { useSearchParams } from "react-router-dom";
import type { Board, Building } from "../api/rows.ts";
import { useRow } from "../data/use-row.ts";
import { FirstRunOffer } from "../first-run/first-run-offer.tsx";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { AsOf } from "../shared/as-of.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { type ChipOption, ToggleChips } from "../shared/toggle-chips.tsx";
import { Waiting } from "../shared/waiting.tsx";
import "./board.css";
import { RoomDrawer } from "./room-drawer.tsx";
import { TileGrid } from "./tile-grid.tsx";
import { TileIcon, TileSprite } from "./tile-icons.tsx";
import {
  countTiles,
  groupTiles,
  matchesFilter,
  matchesSearch,
  type TileCounts,
  type TileFilter,
} from "./tile-state.ts";

/** Always offered; the others only while a room is in that state. */
const CONSTANT_FILTERS: readonly TileFilter[] = ["all", "on", "off", "low", "offline", "alarm"];
const PASSING_FILTERS: readonly TileFilter[] = ["switching", "unknown", "vacant"];

const NO_TILES: Board["tiles"] = [];

function useFilterChips(counts: TileCounts, chosen: TileFilter): ChipOption<TileFilter>[] {
  const t = useT();
  const passing = PASSING_FILTERS.filter((filter) => counts[filter] > 0 || filter === chosen);
  return [...CONSTANT_FILTERS, ...passing].map((value) => ({
    value,
    label: value === "all" ? t("board.all") : t(`state.${value}`),
    count: counts[value],
    ...(value !== "all" && { mark: <TileIcon name={value} /> }),
  }));
}

/** Every room of the site at a glance, live; a room opens in place and has an address of its own. */
export function BoardPage() {
  const t = useT();
  const format = useFormat();
  const site = useSite();
  const [params, setParams] = useSearchParams();
  const [filter, setFilter] = useState<TileFilter>("all");
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search);

  const { data: board, error, refetch } = useRow<Board>("board", site.id);
  const { data: buildings } = useGetList<Building>("buildings", {
    pagination: { page: 1, perPage: 500 },
    sort: { field: "name", order: "ASC" },
    filter: { siteId: site.id },
  });
  const tiles = board?.tiles ?? NO_TILES;
  const counts = useMemo(() => countTiles(tiles), [tiles]);
  const chips = useFilterChips(counts, filter);
  const buildingNames = useMemo(() => new Map(buildings?.map(({ id, name }) => [id, name])), [buildings]);
  const grouped = useMemo(
    () =>
      groupTiles(
        tiles.filter((tile) => matchesFilter(tile, filter) && matchesSearch(tile, wanted)),
        buildingNames,
      ),
    [tiles, filter, wanted, buildingNames],
  );
  const loadW = useMemo(() => tiles.reduce((sum, { activePowerW }) => sum + (activePowerW ?? 0), 0), [tiles]);

  const open = useCallback((unitId: string) => setParams({ room: unitId }), [setParams]);
  const close = useCallback(() => setParams({}), [setParams]);
  const showAll = () => {
    setFilter("all");
    setSearch("");
  };
  const openTile = tiles.find(({ unitId }) => unitId === params.get("room"));

  return (
    <>
      <PageTitle title={t("board.title")} />
      <TileSprite />
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1.5, alignItems: "center", mb: 1.5 }}>
        <TextField
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && setSearch("")}
          label={t("board.search")}
          type="text"
          sx={{ width: { xs: "100%", sm: 240 }, backgroundColor: "background.paper" }}
          slotProps={{
            input: {
              startAdornment: (
                <InputAdornment position="start">
                  <SearchIcon fontSize="small" />
                </InputAdornment>
              ),
              endAdornment: search !== "" && (
                <IconButton size="small" aria-label={t("board.clear")} onClick={() => setSearch("")}>
                  <ClearIcon fontSize="small" />
                </IconButton>
              ),
            },
          }}
        />
        <ToggleChips label={t("board.filter")} options={chips} value={filter} onChange={setFilter} />
        <Box sx={{ ml: { sm: "auto" }, display: "flex", gap: 1.5, alignItems: "baseline", flexWrap: "wrap" }}>
          <Typography component="span" variant="body2" sx={{ fontVariantNumeric: "tabular-nums" }}>
            {t("board.counts", { smart_count: counts.all })} ·{" "}
            {t("board.loadNow", { power: format.power(loadW) })}
          </Typography>
          {board && <AsOf at={board.asOf} />}
        </Box>
      </Box>
      {error != null && <LoadFailed error={error} retry={() => void refetch()} />}
      {board === undefined && error == null && <Waiting />}
      {board !== undefined && counts.all === 0 && (
        <EmptyState title={t("board.empty")} help={t("board.emptyHelp")} action={<FirstRunOffer />} />
      )}
      {counts.all > 0 && grouped.length === 0 && (
        <EmptyState
          title={t("board.noMatch")}
          help={t("board.noMatchHelp")}
          action={
            <Button variant="outlined" onClick={showAll}>
              {t("board.clear")}
            </Button>
          }
        />
      )}
      <TileGrid buildings={grouped} buildingNames={buildingNames} onOpen={open} t={t} format={format} />
      {openTile !== undefined && <RoomDrawer tile={openTile} onClose={close} />}
    </>
  );
}
