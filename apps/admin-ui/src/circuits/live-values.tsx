import { Box, Typography } from "@mui/material";
import { isNotFound } from "../api/request.ts";
import type { Live } from "../api/rows.ts";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { AsOf } from "../shared/as-of.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Section } from "../shared/section.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { PhaseDiagram } from "./phase-diagram.tsx";

interface FigureProps {
  label: string;
  children: string;
  large?: boolean;
  /** Too long for one column. */
  wide?: boolean;
}

function Figure({ label, children, large = false, wide = large }: FigureProps) {
  return (
    <Box sx={wide ? { gridColumn: "1 / -1" } : {}}>
      <Typography component="dt" variant="caption" color="textSecondary">
        {label}
      </Typography>
      <Typography
        component="dd"
        sx={{
          m: 0,
          fontVariantNumeric: "tabular-nums",
          fontWeight: 650,
          fontSize: large ? "1.75rem" : "1.0625rem",
          lineHeight: 1.25,
        }}
      >
        {children}
      </Typography>
    </Box>
  );
}

/** The last sample, as it comes. */
export function LiveValues({ circuitId }: { circuitId: string }) {
  const t = useT();
  const format = useFormat();
  const { data: live, error, refetch } = useRow<Live>("live", circuitId);
  return (
    <Section title={t("circuit.live")} aside={live && <AsOf at={live.at} />}>
      {isNotFound(error) ? (
        <EmptyState dense title={t("circuit.noSample")} help={t("circuit.noSampleHelp")} />
      ) : (
        error && <LoadFailed error={error} retry={() => void refetch()} />
      )}
      {live === undefined && !error && <Waiting rows={4} />}
      {live !== undefined && (
        <Box sx={{ display: "grid", gap: 1.5 }}>
          <Box
            component="dl"
            sx={{
              m: 0,
              display: "grid",
              gap: 1.25,
              gridTemplateColumns: "repeat(auto-fill, minmax(118px, 1fr))",
            }}
          >
            <Figure large label={t("circuit.power")}>
              {format.power(live.activePowerW)}
            </Figure>
            <Figure label={t("circuit.voltage")}>{format.voltage(live.voltageDv)}</Figure>
            <Figure label={t("circuit.current")}>{format.current(live.currentCa)}</Figure>
            <Figure label={t("circuit.factor")}>{format.factor(live.powerFactorMilli)}</Figure>
            <Figure label={t("circuit.reactive")}>{format.reactive(live.reactivePowerVar)}</Figure>
            <Figure label={t("circuit.frequency")}>{format.frequency(live.frequencyCHz)}</Figure>
            <Figure wide label={t("circuit.energy")}>
              {format.energy(live.energyWh)}
            </Figure>
          </Box>
          {live.phases !== undefined && <PhaseDiagram live={live} />}
          {live.flags.length > 0 && (
            <Typography variant="body2" color="warning">
              {live.flags.map((flag) => t(`circuit.sampleFlags.${flag}`)).join(" · ")}
            </Typography>
          )}
        </Box>
      )}
    </Section>
  );
}
