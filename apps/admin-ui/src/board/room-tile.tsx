import { memo } from "react";
import type { Tile } from "../api/rows.ts";
import type { Format } from "../format/format.ts";
import type { Translate } from "../i18n/translated.ts";
import type { ConsoleKey } from "../i18n/use-t.ts";
import { TileIcon } from "./tile-icons.tsx";
import { tileState } from "./tile-state.ts";

interface Props {
  tile: Tile;
  /** The one tile of the board that Tab reaches; arrows move on from it. */
  isTabStop: boolean;
  onOpen: (unitId: string) => void;
  t: Translate<ConsoleKey>;
  format: Format;
}

export const RoomTile = memo(function RoomTile({ tile, isTabStop, onOpen, t, format }: Props) {
  const state = tileState(tile);
  const [strongest] = tile.holds;
  const reason = state === "off" && strongest !== undefined ? t(`hold.short.${strongest}`) : null;
  return (
    <button
      type="button"
      className="hm-tile"
      data-state={state}
      data-unit={tile.unitId}
      tabIndex={isTabStop ? 0 : -1}
      title={tile.householdName ?? undefined}
      onClick={() => onOpen(tile.unitId)}
    >
      <span className="hm-tile-row">
        <span className="hm-tile-room">
          <span className="hm-visually-hidden">{t("board.open", { room: "" })}</span>
          {tile.unitName}
        </span>
        {tile.keepPower && (
          <>
            <TileIcon name="keepPower" />
            <span className="hm-visually-hidden">{t("state.keepPower")}</span>
          </>
        )}
        {tile.alarms > 0 && (
          <span className="hm-tile-alarm">
            <TileIcon name="alarm" />
            <span aria-hidden="true">{tile.alarms}</span>
            <span className="hm-visually-hidden">{t("board.alarms", { smart_count: tile.alarms })}</span>
          </span>
        )}
      </span>
      <span className="hm-tile-row hm-tile-reason">
        <TileIcon name={state} />
        <span className="hm-tile-state">
          {reason === null ? t(`state.${state}`) : `${t("state.off")} · ${reason}`}
        </span>
      </span>
      <span className="hm-tile-row">
        {tile.balanceMinor !== null && <span>{format.money(tile.balanceMinor)}</span>}
        {tile.daysLeft !== null && (
          <span className="hm-tile-days">{t("board.days", { smart_count: Math.floor(tile.daysLeft) })}</span>
        )}
      </span>
    </button>
  );
});
