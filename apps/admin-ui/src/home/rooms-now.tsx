import { Box, Typography } from "@mui/material";
import { useGetList } from "react-admin";
import type { Alarm, Board, Building } from "../api/rows.ts";
import { countTiles, TILE_STATES, type TileCounts } from "../board/tile-state.ts";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { useFallbackInterval } from "../layout/live-context.tsx";
import { useSite } from "../layout/site-context.tsx";
import { AsOf } from "../shared/as-of.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Section } from "../shared/section.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { TextLink } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { stateVar } from "../theme/state-colors.ts";

/** The Board in a few lines: a bar for each building, and what asks for a person. */
export function RoomsNow() {
  const t = useT();
  const site = useSite();
  const refetchInterval = useFallbackInterval();
  const { data: board, error, refetch } = useRow<Board>("board", site.id);
  const { data: buildings = [] } = useGetList<Building>("buildings", {
    pagination: { page: 1, perPage: 200 },
    sort: { field: "name", order: "ASC" },
    filter: { siteId: site.id },
  });
  const { total: alarms } = useGetList<Alarm>(
    "alarms",
    { pagination: { page: 1, perPage: 1 }, filter: { siteId: site.id, state: ["raised", "acknowledged"] } },
    { refetchInterval },
  );
  return (
    <Section title={t("home.rooms")} aside={<TextLink to="/board">{t("home.toBoard")}</TextLink>}>
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {board === undefined && !error && <Waiting rows={4} />}
      {board?.tiles.length === 0 && <EmptyState dense title={t("home.nobody")} help={t("board.emptyHelp")} />}
      {board !== undefined && board.tiles.length > 0 && (
        <Box sx={{ display: "grid", gap: 2 }}>
          <Box sx={{ display: "flex", gap: 0.75, flexWrap: "wrap", alignItems: "center" }}>
            {alarms !== undefined && (
              <Chip color={alarms > 0 ? "alarm" : "on"}>
                {alarms > 0 ? t("home.alarms", { smart_count: alarms }) : t("home.noAlarms")}
              </Chip>
            )}
            <StateChips counts={countTiles(board.tiles)} />
            <AsOf at={board.asOf} />
          </Box>
          {buildings.map(({ id, name }) => (
            <BuildingBar
              key={id}
              name={name}
              counts={countTiles(board.tiles.filter(({ buildingId }) => buildingId === id))}
            />
          ))}
        </Box>
      )}
    </Section>
  );
}

function StateChips({ counts }: { counts: TileCounts }) {
  const t = useT();
  return TILE_STATES.filter((state) => counts[state] > 0).map((state) => (
    <Chip key={state} color={state}>
      {t(`state.${state}`)} {counts[state]}
    </Chip>
  ));
}

function BuildingBar({ name, counts }: { name: string; counts: TileCounts }) {
  const t = useT();
  const present = TILE_STATES.filter((state) => counts[state] > 0);
  const said = present.map((state) => `${t(`state.${state}`)} ${counts[state]}`).join(", ");
  return (
    <Box sx={{ display: "grid", gap: 0.5 }}>
      <Box sx={{ display: "flex", gap: 1, alignItems: "baseline" }}>
        <Typography variant="body2" sx={{ flex: 1, fontWeight: 600 }}>
          {name}
        </Typography>
        <Typography variant="caption" color="textSecondary" sx={{ fontVariantNumeric: "tabular-nums" }}>
          {t("board.floorCounts", { on: counts.on + counts.low, all: counts.all })}
        </Typography>
      </Box>
      <Box
        role="img"
        aria-label={t("home.byBuilding", { building: name, counts: said })}
        sx={{ display: "flex", height: 20, borderRadius: 1, overflow: "hidden", gap: "1px" }}
      >
        {present.map((state) => (
          <Box
            key={state}
            sx={{ flex: `${counts[state]} 1 0`, minWidth: 4, backgroundColor: stateVar(state, "edge") }}
          />
        ))}
      </Box>
    </Box>
  );
}
