import { Alert, Box, Button, Typography } from "@mui/material";
import { useMemo, useState } from "react";
import { Link } from "react-router-dom";
import type { Bus, Circuit } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { AsOf } from "../shared/as-of.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Section } from "../shared/section.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { BusLoad } from "./bus-load.tsx";
import { BusMap } from "./bus-map.tsx";
import { busUnits } from "./bus-units.ts";
import { FrameTrace } from "./frame-trace.tsx";
import { ParameterDifferences } from "./parameter-differences.tsx";
import { lineText, pipeText } from "./pipe-text.ts";
import type { BusStatisticsRow, Gateway } from "./rows.ts";
import { UnitStatisticsTable } from "./unit-statistics.tsx";
import { useBusWatch } from "./use-bus-watch.ts";

const VIEWS = ["units", "parameters", "trace"] as const;
type View = (typeof VIEWS)[number];

export const commissionPath = (busId: string) => `/network/buses/${encodeURIComponent(busId)}/commission`;

const STATE_COLORS = { up: "on", opening: "switching", down: "alarm", jammed: "alarm" } as const;

/** One bus: its picture, its load, its units in figures, what its meters are set to, and what passes on it. */
export function BusPanel({
  bus,
  gateway,
  circuits,
}: {
  bus: Bus;
  gateway: Gateway | undefined;
  circuits: readonly Circuit[];
}) {
  const t = useT();
  const may = useMay();
  const [view, setView] = useState<View>("units");
  useBusWatch(bus.id);
  const { data, error, refetch } = useRow<BusStatisticsRow>("bus-statistics", bus.id);
  const statistics = data?.statistics ?? null;
  const units = useMemo(() => busUnits(circuits, statistics), [circuits, statistics]);
  const state = statistics?.state;
  return (
    <Box sx={{ display: "grid", gap: 2, minWidth: 0 }}>
      <Section
        title={bus.name}
        aside={
          <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
            {state !== undefined && <Chip color={STATE_COLORS[state]}>{t(`network.busState.${state}`)}</Chip>}
            {data && <AsOf at={data.at} />}
            {may("network.scan") && (
              <Button component={Link} to={commissionPath(bus.id)} variant="contained" size="small">
                {t("network.commission")}
              </Button>
            )}
          </Box>
        }
      >
        <Box sx={{ display: "grid", gap: 2 }}>
          <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
            {[gateway?.name, pipeText(bus.pipe), lineText(bus.line)].filter(Boolean).join(" · ")}
          </Typography>
          {gateway !== undefined && !gateway.online && (
            <Alert severity="warning">{t("network.gatewayAway", { gateway: gateway.name })}</Alert>
          )}
          {error && <LoadFailed error={error} retry={() => void refetch()} />}
          {data === undefined && !error && <Waiting rows={3} />}
          {data !== undefined && statistics === null && gateway?.online === true && <Waiting rows={2} />}
          {statistics !== null && <BusLoad statistics={statistics} />}
          {units.length > 0 && <BusMap units={units} label={t("network.mapOf", { bus: bus.name })} />}
          {units.length === 0 && (
            <EmptyState dense title={t("network.noUnits")} help={t("network.noUnitsHelp")} />
          )}
        </Box>
      </Section>
      <ToggleChips
        label={t("network.views")}
        options={VIEWS.map((value) => ({ value, label: t(`network.view.${value}`) }))}
        value={view}
        onChange={setView}
      />
      <Section title={t(`network.view.${view}`)}>
        {view === "units" &&
          (units.length > 0 ? (
            <UnitStatisticsTable units={units} label={t("network.statisticsOf", { bus: bus.name })} />
          ) : (
            <EmptyState dense title={t("network.noUnits")} help={t("network.noUnitsHelp")} />
          ))}
        {view === "parameters" && <ParameterDifferences circuits={circuits} />}
        {view === "trace" && <FrameTrace busId={bus.id} name={bus.name} />}
      </Section>
    </Box>
  );
}
