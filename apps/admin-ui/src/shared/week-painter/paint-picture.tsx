import { Box, Typography } from "@mui/material";
import { type GridScale, type Paint, type PaintRow, PaintTrack, ScaleLabels } from "./paint-track.tsx";

/** A painted grid to look at. `label` says in words what it shows. */
export function PaintPicture({
  label,
  rows,
  scale,
  paints,
  isBlankWrong = false,
  rowHeight = 22,
  hasLabels = true,
}: {
  label: string;
  rows: readonly PaintRow[];
  scale: GridScale;
  paints: readonly Paint[];
  isBlankWrong?: boolean;
  rowHeight?: number;
  /** Names of rows and columns; without them it is a thumbnail. */
  hasLabels?: boolean;
}) {
  return (
    <Box
      role="img"
      aria-label={label}
      sx={{
        display: "grid",
        gridTemplateColumns: hasLabels ? "minmax(44px, max-content) 1fr" : "1fr",
        columnGap: 1,
        rowGap: "2px",
        alignItems: "center",
        minWidth: 0,
      }}
    >
      {hasLabels && <span />}
      {hasLabels && <ScaleLabels scale={scale} />}
      {rows.map((row, index) => (
        <Box key={row.id} sx={{ display: "contents" }}>
          {hasLabels && (
            <Typography
              variant="caption"
              color="textSecondary"
              sx={{ whiteSpace: "nowrap", mt: row.startsBlock ? 0.75 : 0 }}
            >
              {row.label}
            </Typography>
          )}
          <Box sx={{ mt: row.startsBlock && hasLabels ? 0.75 : 0, borderRadius: 0.5, overflow: "hidden" }}>
            <PaintTrack
              row={row}
              scale={scale}
              paints={paints}
              height={rowHeight}
              isBlankWrong={isBlankWrong}
              hasNames={hasLabels && rows[index - 1]?.group !== row.group}
            />
          </Box>
        </Box>
      ))}
    </Box>
  );
}
