import { Box } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { type Column, RowTable } from "../shared/row-table.tsx";
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
  const columns: Column<BusUnit>[] = [
    { key: "address", title: t("circuit.address"), show: ({ unitId }) => unitId },
    {
      key: "circuits",
      title: t("network.circuits"),
      wraps: true,
      show: (unit) => <UnitCircuits unit={unit} />,
    },
    {
      key: "presence",
      title: t("network.presence"),
      onCard: "figure",
      show: ({ statistics }) => <PresenceBadge presence={statistics?.presence ?? "offline"} />,
    },
    {
      key: "turnaround",
      title: t("network.turnaround"),
      isFigure: true,
      show: ({ statistics }) =>
        statistics?.turnaroundMs == null ? "—" : format.milliseconds(statistics.turnaroundMs),
    },
    ...COUNTS.map((name) => ({
      key: name,
      title: t(`network.count.${name}`),
      isFigure: true,
      show: ({ statistics }: BusUnit) => (statistics === null ? "—" : format.integer(statistics[name])),
    })),
    {
      key: "errorShare",
      title: t("network.errorShare"),
      isFigure: true,
      show: (unit) => <ErrorShare unit={unit} />,
    },
  ];
  return (
    <RowTable
      label={label}
      columns={columns}
      rows={units}
      keyOf={({ unitId }) => String(unitId)}
      maxHeight={560}
    />
  );
}

function ErrorShare({ unit: { statistics, health } }: { unit: BusUnit }) {
  const format = useFormat();
  const share = statistics && errorShareMilli(statistics);
  if (share === null) return <>—</>;
  return (
    <Box component="span" sx={health === "troubled" ? { color: "warning.main", fontWeight: 650 } : {}}>
      {format.percentMilli(share)}
    </Box>
  );
}
