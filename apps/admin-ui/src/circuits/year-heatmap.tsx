import {
  Box,
  Button,
  type SxProps,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  Typography,
  useTheme,
} from "@mui/material";
import { type PointerEvent, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { LoadProfile } from "../api/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { ScrollTable } from "../shared/scroll-table.tsx";
import { colorScale, paintYear, rgbOf } from "./paint-year.ts";
import { dayOf, monthRows, NO_POWER, QUARTERS, quarterText, type YearGrid, yearGrid } from "./year-grid.ts";

const HEIGHT_PX = 240;
const HOURS = [24, 18, 12, 6, 0] as const;

interface YearProps {
  profile: LoadProfile;
  /** Local date. */
  firstDay: string;
  days: number;
  label: string;
  onDay: (day: string) => void;
}

function useYearGrid({ profile, firstDay, days }: YearProps): YearGrid {
  const { timeZone } = useSite();
  return useMemo(() => yearGrid(profile, timeZone, firstDay, days), [profile, timeZone, firstDay, days]);
}

const Mark = ({ children, sx }: { children: ReactNode; sx?: SxProps }) => (
  <Typography component="span" variant="caption" color="textSecondary" {...(sx && { sx })}>
    {children}
  </Typography>
);

interface Pointed {
  day: number;
  quarter: number;
}

function useColorScale() {
  const { palette } = useTheme();
  const { action, background, primary, warning } = palette;
  const low = background.default;
  return {
    scale: useMemo(
      () => colorScale(rgbOf(low), rgbOf(primary.main), rgbOf(warning.main)),
      [low, primary.main, warning.main],
    ),
    ground: action.hover,
    gradient: `linear-gradient(90deg, ${low}, ${primary.main} 55%, ${warning.main})`,
  };
}

function MonthMarks({ grid }: { grid: YearGrid }) {
  const format = useFormat();
  const marks = Array.from({ length: grid.days }, (_, day) => ({
    day,
    date: dayOf(grid.firstDay, day),
  })).filter(({ date }) => date.endsWith("-01"));
  return (
    <Box aria-hidden sx={{ position: "relative", height: 20 }}>
      {marks.map(({ day, date }, index) => (
        <Mark
          key={date}
          sx={{
            position: "absolute",
            left: `${(day * 100) / grid.days}%`,
            whiteSpace: "nowrap",
            // Twelve months do not fit side by side.
            display: { xs: index % 3 === 0 ? "inline" : "none", md: index % 2 === 0 ? "inline" : "none" },
          }}
        >
          {format.month(date.slice(0, 7))}
        </Mark>
      ))}
    </Box>
  );
}

/** A year at a glance: a column a day, a row a quarter of an hour. A click opens the day. */
export function YearHeatmap(props: YearProps) {
  const { label, onDay } = props;
  const t = useT();
  const format = useFormat();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const { scale, ground, gradient } = useColorScale();
  const grid = useYearGrid(props);

  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const start = performance.now();
    const image = context.createImageData(grid.days, QUARTERS);
    paintYear(grid, scale, image.data);
    context.putImageData(image, 0, 0);
    performance.measure("year-heatmap-paint", { start, end: performance.now() });
  }, [grid, scale]);

  const cellAt = (event: PointerEvent<HTMLCanvasElement>): Pointed => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (value: number, of: number) => Math.min(of - 1, Math.max(0, Math.floor(value * of)));
    return {
      day: share((event.clientX - box.left) / box.width, grid.days),
      quarter: QUARTERS - 1 - share((event.clientY - box.top) / box.height, QUARTERS),
    };
  };
  const power =
    pointed === null ? NO_POWER : (grid.powerW[pointed.day * QUARTERS + pointed.quarter] ?? NO_POWER);
  return (
    <Box sx={{ display: "grid", gap: 0.5 }}>
      <Typography variant="body2" color="textSecondary" sx={{ fontVariantNumeric: "tabular-nums" }}>
        {pointed === null
          ? t("circuit.yearHelp")
          : t("circuit.yearAt", {
              day: format.day(dayOf(grid.firstDay, pointed.day)),
              time: quarterText(pointed.quarter),
              power: power === NO_POWER ? t("circuit.noFigure") : format.power(power),
            })}
      </Typography>
      <Box sx={{ display: "grid", gridTemplateColumns: "36px minmax(0, 1fr)", columnGap: 0.5 }}>
        <Box aria-hidden sx={{ position: "relative", height: HEIGHT_PX }}>
          {HOURS.map((hour) => (
            <Mark
              key={hour}
              sx={{
                position: "absolute",
                right: 2,
                top: `${((24 - hour) * 100) / 24}%`,
                transform: hour === 24 ? "none" : hour === 0 ? "translateY(-100%)" : "translateY(-50%)",
                fontVariantNumeric: "tabular-nums",
              }}
            >
              {String(hour).padStart(2, "0")}
            </Mark>
          ))}
        </Box>
        <Box>
          <Box
            component="canvas"
            ref={canvas}
            width={grid.days}
            height={QUARTERS}
            role="img"
            aria-label={label}
            onPointerMove={(event) => setPointed(cellAt(event))}
            onPointerLeave={() => setPointed(null)}
            onClick={(event) =>
              onDay(dayOf(grid.firstDay, cellAt(event as PointerEvent<HTMLCanvasElement>).day))
            }
            sx={{
              display: "block",
              width: "100%",
              height: HEIGHT_PX,
              imageRendering: "pixelated",
              cursor: "crosshair",
              borderRadius: 0.5,
              backgroundColor: ground,
            }}
          />
          <MonthMarks grid={grid} />
        </Box>
      </Box>
      <Box sx={{ display: "flex", gap: 1, alignItems: "center", justifyContent: "flex-end" }}>
        <Mark>{format.power(0)}</Mark>
        <Box
          aria-hidden
          sx={{
            width: 120,
            height: 10,
            borderRadius: 0.5,
            background: gradient,
            border: 1,
            borderColor: "divider",
          }}
        />
        <Mark>≥ {format.power(grid.fullW)}</Mark>
      </Box>
    </Box>
  );
}

/** The same year for those who read: month by month, each peak with the way to its day. */
export function YearTable(props: YearProps) {
  const { label, onDay } = props;
  const t = useT();
  const format = useFormat();
  const grid = useYearGrid(props);
  const rows = useMemo(() => monthRows(grid), [grid]);
  return (
    <ScrollTable label={label}>
      <Table size="small">
        <TableHead>
          <TableRow>
            <TableCell>{t("circuit.month")}</TableCell>
            <TableCell align="right">{t("circuit.use")}</TableCell>
            <TableCell align="right">{t("circuit.peak")}</TableCell>
            <TableCell>{t("circuit.peakAt")}</TableCell>
            <TableCell align="right">{t("circuit.missingHours")}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.map(({ month, wh, peakW, peakDay, peakQuarter, missing }) => (
            <TableRow key={month}>
              <TableCell component="th" scope="row">
                {format.month(month)}
              </TableCell>
              <TableCell align="right">{format.energy(wh)}</TableCell>
              <TableCell align="right">{format.power(peakW)}</TableCell>
              <TableCell>
                <Button size="small" onClick={() => onDay(peakDay)}>
                  {format.day(peakDay)}, {quarterText(peakQuarter)}
                </Button>
              </TableCell>
              <TableCell align="right">{format.integer(Math.round(missing / 4))}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </ScrollTable>
  );
}
