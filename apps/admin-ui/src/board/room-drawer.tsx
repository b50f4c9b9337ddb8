import CloseIcon from "@mui/icons-material/Close";
import { Box, Button, Divider, Drawer, IconButton, Typography, useMediaQuery, useTheme } from "@mui/material";
import { Link } from "react-router-dom";
import type { Balance, Circuit, Household, Tile, Why } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import { CircuitControl } from "../circuits/circuit-actions.tsx";
import { useRow } from "../data/use-row.ts";
import { BalanceFigure } from "../households/balance-figure.tsx";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { AsOf } from "../shared/as-of.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PresenceBadge, StateChip } from "../shared/state-chip.tsx";
import { circuitPath, deskPath, householdPath, TextLink } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";

function RoomCircuit({ circuitId, releaseMinor }: { circuitId: string; releaseMinor: number | undefined }) {
  const t = useT();
  const circuit = useRow<Circuit>("circuits", circuitId);
  const why = useRow<Why>("why", circuitId);
  const error = circuit.error ?? why.error;
  if (error) return <LoadFailed error={error} />;
  if (circuit.data === undefined || why.data === undefined) return <Waiting rows={2} />;
  const { data } = circuit;
  return (
    <Box
      component="section"
      aria-label={`${t("board.circuit")} ${data.name}`}
      sx={{ display: "grid", gap: 1.25 }}
    >
      <Box sx={{ display: "flex", alignItems: "center", gap: 1, flexWrap: "wrap" }}>
        <TextLink to={circuitPath(circuitId)}>{data.name}</TextLink>
        <StateChip
          relay={why.data.relay}
          intended={why.data.intended}
          holds={why.data.holds.map(({ kind }) => kind)}
        />
        <PresenceBadge presence={why.data.presence} />
        <AsOf at={why.data.asOf} />
      </Box>
      <CircuitControl circuit={data} why={why.data} {...(releaseMinor !== undefined && { releaseMinor })} />
    </Box>
  );
}

/** A room in place: what is left, why it is off, and what can be done about it. */
export function RoomDrawer({ tile, onClose }: { tile: Tile; onClose: () => void }) {
  const t = useT();
  const format = useFormat();
  const may = useMay();
  const theme = useTheme();
  const isWide = useMediaQuery(theme.breakpoints.up("sm"));
  const household = useRow<Household>("households", tile.householdId);
  const balance = useRow<Balance>("balances", tile.householdId, { enabled: may("balances.show") });
  const titleId = `room-${tile.unitId}`;

  return (
    <Drawer
      anchor={isWide ? "right" : "bottom"}
      open
      onClose={onClose}
      slotProps={{
        paper: {
          role: "dialog",
          "aria-modal": true,
          "aria-labelledby": titleId,
          sx: isWide
            ? { width: 440 }
            : { maxHeight: "88vh", borderTopLeftRadius: 12, borderTopRightRadius: 12 },
        },
      }}
    >
      <Box sx={{ p: 2.5, display: "grid", gap: 2 }}>
        <Box sx={{ display: "flex", alignItems: "start", gap: 1 }}>
          <Box sx={{ flex: 1, minWidth: 0 }}>
            <Typography variant="h1" component="h2" id={titleId}>
              {t("board.open", { room: tile.unitName })}
            </Typography>
            <Typography variant="body2" color="textSecondary">
              {tile.householdName ?? t("board.vacant")}
              {tile.activePowerW !== null &&
                ` · ${t("board.loadNow", { power: format.power(tile.activePowerW) })}`}
            </Typography>
          </Box>
          <IconButton aria-label={t("common.close")} onClick={onClose} edge="end">
            <CloseIcon />
          </IconButton>
        </Box>
        {balance.data && <BalanceFigure balance={balance.data} />}
        {tile.householdId !== null && (
          <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap" }}>
            {may("purchases.create") && (
              <Button component={Link} to={deskPath(tile.householdId)} variant="contained">
                {t("board.sell")}
              </Button>
            )}
            <Button component={Link} to={householdPath(tile.householdId)} variant="outlined">
              {t("board.household")}
            </Button>
          </Box>
        )}
        {tile.circuitIds.map((circuitId) => (
          <Box key={circuitId} sx={{ display: "grid", gap: 2 }}>
            <Divider />
            <RoomCircuit circuitId={circuitId} releaseMinor={household.data?.releaseMinor} />
          </Box>
        ))}
      </Box>
    </Drawer>
  );
}
