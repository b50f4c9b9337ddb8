import { Box, Table, TableBody, TableCell, TableHead, TableRow, Typography } from "@mui/material";
import type { Live } from "../api/rows.ts";
import { useSentences } from "../i18n/use-sentences.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { ScrollTable } from "../shared/scroll-table.tsx";
import { imbalanceMilli, type Phasor, phasorsOf } from "./phasors.ts";

const SIZE = 220;
const CENTER = SIZE / 2;
const VOLTAGE_RADIUS = 88;
const CURRENT_RADIUS = 66;
const COLORS = { A: "warning.main", B: "success.main", C: "error.main" } as const;

const tip = (angle: number, radius: number) => {
  const radians = (angle * Math.PI) / 180;
  return { x: CENTER + radius * Math.cos(radians), y: CENTER - radius * Math.sin(radians) };
};

function Arrow({
  angle,
  radius,
  color,
  isCurrent = false,
}: {
  angle: number;
  radius: number;
  color: string;
  isCurrent?: boolean;
}) {
  const { x, y } = tip(angle, radius);
  return (
    <Box component="g" sx={{ color }} stroke="currentColor" fill="currentColor">
      <line
        x1={CENTER}
        y1={CENTER}
        x2={x}
        y2={y}
        strokeWidth={isCurrent ? 4 : 2}
        {...(isCurrent && { strokeLinecap: "round" })}
      />
      {!isCurrent && <circle cx={x} cy={y} r={4} />}
    </Box>
  );
}

function Diagram({ phasors, label }: { phasors: readonly Phasor[]; label: string }) {
  const highestDv = Math.max(1, ...phasors.map(({ voltageDv }) => voltageDv));
  const highestCa = Math.max(1, ...phasors.map(({ currentCa }) => currentCa));
  return (
    <Box
      component="svg"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${SIZE} ${SIZE}`}
      sx={{
        width: SIZE,
        maxWidth: "100%",
        color: "text.secondary",
        "& text": { fill: "currentColor", fontSize: 13, fontWeight: 700 },
      }}
    >
      {[VOLTAGE_RADIUS, CURRENT_RADIUS].map((radius) => (
        <circle
          key={radius}
          cx={CENTER}
          cy={CENTER}
          r={radius}
          fill="none"
          stroke="currentColor"
          opacity={0.25}
        />
      ))}
      {phasors.map(({ phase, voltageDv, voltageAngle }) => (
        <Arrow
          key={phase}
          angle={voltageAngle}
          radius={(VOLTAGE_RADIUS * voltageDv) / highestDv}
          color={COLORS[phase]}
        />
      ))}
      {phasors.map(({ phase, currentCa, currentAngle }) => (
        <Arrow
          key={phase}
          isCurrent
          angle={currentAngle}
          radius={(CURRENT_RADIUS * currentCa) / highestCa}
          color={COLORS[phase]}
        />
      ))}
      {phasors.map(({ phase, voltageAngle }) => {
        const { x, y } = tip(voltageAngle, VOLTAGE_RADIUS + 13);
        return (
          <text key={phase} x={x} y={y + 5} textAnchor="middle">
            {phase}
          </text>
        );
      })}
    </Box>
  );
}

/** The three phases as arrows, thin for voltages and thick for currents, and the same in figures. */
export function PhaseDiagram({ live }: { live: Live }) {
  const t = useT();
  const sentences = useSentences();
  const format = useFormat();
  const phasors = phasorsOf(live);
  const phases = live.phases ?? [];
  const imbalance = {
    voltage: format.percentMilli(imbalanceMilli(phases.map(({ voltageDv }) => voltageDv))),
    current: format.percentMilli(imbalanceMilli(phases.map(({ currentCa }) => currentCa))),
  };
  const text = t("circuit.imbalance", imbalance);
  return (
    <Box sx={{ display: "grid", gap: 1, justifyItems: "center" }}>
      <Diagram phasors={phasors} label={`${t("circuit.phaseDiagram")}. ${text}`} />
      <Typography variant="caption" color="textSecondary" sx={{ justifySelf: "start" }}>
        {sentences(t("circuit.phaseHelp"), text)}
      </Typography>
      <Box sx={{ width: "100%" }}>
        <ScrollTable label={t("circuit.phase", { phase: "A, B, C" })}>
          <Table size="small" sx={{ "& td, & th": { px: 1 } }}>
            <TableHead>
              <TableRow>
                <TableCell>{t("circuit.phase", { phase: "" }).trim()}</TableCell>
                <TableCell align="right">{t("circuit.voltage")}</TableCell>
                <TableCell align="right">{t("circuit.current")}</TableCell>
                <TableCell align="right">{t("circuit.power")}</TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {phasors.map(({ phase }, index) => {
                const row = phases[index];
                return (
                  row && (
                    <TableRow key={phase}>
                      <TableCell component="th" scope="row">
                        {t("circuit.phase", { phase })}
                      </TableCell>
                      <TableCell align="right">{format.voltage(row.voltageDv)}</TableCell>
                      <TableCell align="right">{format.current(row.currentCa)}</TableCell>
                      <TableCell align="right">{format.power(row.activePowerW)}</TableCell>
                    </TableRow>
                  )
                );
              })}
            </TableBody>
          </Table>
        </ScrollTable>
      </Box>
    </Box>
  );
}
