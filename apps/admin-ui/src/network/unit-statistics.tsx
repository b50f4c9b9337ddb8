import {
  Box,
  Paper,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  Typography,
  useMediaQuery,
  useTheme,
} from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { ScrollTable } from "../shared/scroll-table.tsx";
import { PresenceBadge } from "../shared/state-chip.tsx";
import { circuitPath, TextLink } from "../shared/text-link.tsx";
import { type BusUnit, errorShareMilli } from "./bus-units.ts";

const COUNTS = ["replies", "timeouts", "crcErrors", "protocolErrors", "exceptions"] as const;

function UnitCircuits({ unit }: { unit: BusUnit }) {
  const t = useT();
  if (unit.circuits.length === 0) return <>{t("network.stranger")}</>;
  return (
    <Box component="span" sx={{ display: "inline-flex", flexWrap: "wrap", columnGap: 1 }}>
      {unit.circuits.map(({ id, name }) => (
        <TextLink key={id} to={circuitPath(id)}>
          {name}
        </TextLink>
      ))}
    </Box>
  );
}

/** Every unit in figures: what did not come, what came broken, and what did not belong there are three faults with three causes. */
export function UnitStatisticsTable({ units, label }: { units: readonly BusUnit[]; label: string }) {
  const t = useT();
  const format = useFormat();
  const theme = useTheme();
  const isWide = useMediaQuery(theme.breakpoints.up("md"));
  const count = (unit: BusUnit, name: (typeof COUNTS)[number]) =>
    unit.statistics === null ? "—" : format.integer(unit.statistics[name]);
  const shareOf = (unit: BusUnit) => {
    const share = unit.statistics && errorShareMilli(unit.statistics);
    return share === null ? "—" : format.percentMilli(share);
  };
  const turnaround = ({ statistics }: BusUnit) =>
    statistics?.turnaroundMs == null ? "—" : format.milliseconds(statistics.turnaroundMs);

  if (!isWide)
    return (
      <Box component="ul" aria-label={label} sx={{ m: 0, p: 0, display: "grid", gap: 1 }}>
        {units.map((unit) => (
          <Paper
            component="li"
            key={unit.unitId}
            variant="outlined"
            sx={{ listStyle: "none", p: 1.25, display: "grid", gap: 0.5 }}
          >
            <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
              <strong>{unit.unitId}</strong>
              <UnitCircuits unit={unit} />
              <Box sx={{ ml: "auto" }}>
                <PresenceBadge presence={unit.statistics?.presence ?? "offline"} />
              </Box>
            </Box>
            <Typography variant="body2" color="textSecondary" sx={{ fontVariantNumeric: "tabular-nums" }}>
              {[
                `${t("network.turnaround")} ${turnaround(unit)}`,
                ...COUNTS.map((name) => `${t(`network.count.${name}`)} ${count(unit, name)}`),
              ].join(" · ")}
            </Typography>
          </Paper>
        ))}
      </Box>
    );
  return (
    <ScrollTable label={label} maxHeight={560}>
      <Table
        size="small"
        stickyHeader
        sx={{
          "& td, & th": { fontVariantNumeric: "tabular-nums", px: 1 },
          "& thead th": { whiteSpace: "normal", lineHeight: 1.25, verticalAlign: "bottom" },
        }}
      >
        <TableHead>
          <TableRow>
            <TableCell>{t("circuit.address")}</TableCell>
            <TableCell>{t("network.circuits")}</TableCell>
            <TableCell>{t("network.presence")}</TableCell>
            <TableCell align="right">{t("network.turnaround")}</TableCell>
            {COUNTS.map((name) => (
              <TableCell key={name} align="right">
                {t(`network.count.${name}`)}
              </TableCell>
            ))}
            <TableCell align="right">{t("network.errorShare")}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {units.map((unit) => (
            <TableRow key={unit.unitId} hover>
              <TableCell component="th" scope="row">
                {unit.unitId}
              </TableCell>
              <TableCell>
                <UnitCircuits unit={unit} />
              </TableCell>
              <TableCell>
                <PresenceBadge presence={unit.statistics?.presence ?? "offline"} />
              </TableCell>
              <TableCell align="right">{turnaround(unit)}</TableCell>
              {COUNTS.map((name) => (
                <TableCell key={name} align="right">
                  {count(unit, name)}
                </TableCell>
              ))}
              <TableCell align="right">
                <Box
                  component="span"
                  sx={unit.health === "troubled" ? { color: "warning.main", fontWeight: 650 } : {}}
                >
                  {shareOf(unit)}
                </Box>
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </ScrollTable>
  );
}
