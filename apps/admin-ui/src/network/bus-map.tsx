import { Box, Typography } from "@mui/material";
import { Link } from "react-router-dom";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { circuitPath } from "../shared/text-link.tsx";
import { stateVar } from "../theme/state-colors.ts";
import { type BusUnit, countHealths, HEALTH_COLORS, UNIT_HEALTHS } from "./bus-units.ts";

const TILE_PX = 52;
/** An answer that takes this long fills the tile's bar: real meters answer in 5–200 ms (docs/architecture). */
const FULL_BAR_MS = 200;

function UnitTile({ unit }: { unit: BusUnit }) {
  const t = useT();
  const format = useFormat();
  const { unitId, circuits, statistics, health } = unit;
  const color = HEALTH_COLORS[health];
  const turnaroundMs = statistics?.turnaroundMs ?? null;
  const [first] = circuits;
  const names = circuits.length > 0 ? circuits.map(({ name }) => name).join(", ") : t("network.stranger");
  const label = [
    t("network.unitAt", { address: String(unitId) }),
    names,
    t(`network.health.${health}`),
    ...(turnaroundMs === null ? [] : [format.milliseconds(turnaroundMs)]),
  ].join(", ");
  const look = {
    position: "relative",
    display: "grid",
    alignContent: "center",
    justifyItems: "center",
    width: typeof unitId === "string" ? 2 * TILE_PX + 8 : TILE_PX,
    height: TILE_PX,
    borderRadius: 1,
    border: 1,
    borderStyle: health === "new" ? "dashed" : "solid",
    borderColor: stateVar(color, "edge"),
    backgroundColor: stateVar(color, "ground"),
    color: stateVar(color, "text"),
    textDecoration: "none",
    overflow: "hidden",
    "&:focus-visible": { outline: 2, outlineOffset: 2, outlineColor: "primary.main" },
  } as const;
  const content = (
    <>
      <Typography
        component="span"
        sx={{
          fontWeight: 650,
          fontSize: typeof unitId === "string" ? "0.75rem" : "1rem",
          lineHeight: 1.1,
          fontVariantNumeric: "tabular-nums",
        }}
      >
        {unitId}
      </Typography>
      <Typography
        component="span"
        sx={{
          fontSize: "0.6875rem",
          maxWidth: "100%",
          px: 0.5,
          overflow: "hidden",
          whiteSpace: "nowrap",
          textOverflow: "ellipsis",
        }}
      >
        {first === undefined ? "?" : circuits.length > 1 ? `× ${circuits.length}` : first.name}
      </Typography>
      {turnaroundMs !== null && health !== "offline" && (
        <Box
          component="span"
          sx={{
            position: "absolute",
            left: 0,
            bottom: 0,
            height: 3,
            width: `${Math.min(100, (turnaroundMs * 100) / FULL_BAR_MS)}%`,
            backgroundColor: stateVar(color, "edge"),
          }}
        />
      )}
    </>
  );
  return first === undefined ? (
    <Box role="img" aria-label={label} title={label} sx={look}>
      {content}
    </Box>
  ) : (
    <Box component={Link} to={circuitPath(first.id)} aria-label={label} title={label} sx={look}>
      {content}
    </Box>
  );
}

/** The units along the line, in the order of their addresses; the bar at a unit's foot is how long its answer takes. */
export function BusMap({ units, label }: { units: readonly BusUnit[]; label: string }) {
  const t = useT();
  const counts = countHealths(units);
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <Box
        component="ul"
        aria-label={label}
        sx={{ m: 0, p: 0, listStyle: "none", display: "flex", flexWrap: "wrap", columnGap: 1, rowGap: 1.5 }}
      >
        {units.map((unit) => (
          <Box
            component="li"
            key={unit.unitId}
            sx={{
              position: "relative",
              pt: 1.25,
              // The line above, and the drop from it to the unit.
              "&::before": {
                content: '""',
                position: "absolute",
                top: 0,
                left: -4,
                right: -4,
                height: 3,
                backgroundColor: "divider",
              },
              "&::after": {
                content: '""',
                position: "absolute",
                top: 0,
                left: "calc(50% - 1px)",
                width: 2,
                height: 10,
                backgroundColor: "divider",
              },
            }}
          >
            <UnitTile unit={unit} />
          </Box>
        ))}
      </Box>
      <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 2, rowGap: 0.5 }}>
        {UNIT_HEALTHS.filter((health) => counts[health] > 0).map((health) => (
          <Typography
            key={health}
            component="span"
            variant="caption"
            sx={{ display: "inline-flex", alignItems: "center", gap: 0.75 }}
          >
            <Box
              component="span"
              aria-hidden
              sx={{
                width: 12,
                height: 12,
                borderRadius: 0.5,
                border: 1,
                borderStyle: health === "new" ? "dashed" : "solid",
                borderColor: stateVar(HEALTH_COLORS[health], "edge"),
                backgroundColor: stateVar(HEALTH_COLORS[health], "ground"),
              }}
            />
            {t(`network.health.${health}`)} · {counts[health]}
          </Typography>
        ))}
      </Box>
    </Box>
  );
}
