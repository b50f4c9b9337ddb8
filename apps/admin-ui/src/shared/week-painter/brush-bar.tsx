import { Box, ButtonBase } from "@mui/material";
import { useT } from "../../i18n/use-t.ts";
import { tapHeight } from "../../theme/touch.ts";
import type { Paint } from "./paint-track.tsx";

/** A square in a paint's colour, with the digit that paints it. */
export const PaintMark = ({ paint, digit }: { paint: Paint; digit?: number }) => (
  <Box
    component="span"
    aria-hidden
    sx={{
      display: "inline-grid",
      placeItems: "center",
      flexShrink: 0,
      width: 22,
      height: 22,
      borderRadius: 0.5,
      border: 1,
      borderColor: paint.color.edge,
      backgroundColor: paint.color.ground,
      color: paint.color.text,
      fontSize: "0.75rem",
      fontWeight: 700,
    }}
  >
    {digit}
  </Box>
);

/** What a drag paints: one of the paints, or nothing. */
export function BrushBar({
  paints,
  brush,
  wipeName,
  onChoose,
}: {
  paints: readonly Paint[];
  brush: string | null;
  wipeName: string;
  onChoose: (paint: string | null) => void;
}) {
  const t = useT();
  const options = [
    ...paints.map((paint, index) => ({
      id: paint.id as string | null,
      name: paint.name,
      mark: <PaintMark paint={paint} digit={index + 1} />,
    })),
    { id: null, name: wipeName, mark: null },
  ];
  return (
    <Box role="group" aria-label={t("painter.brush")} sx={{ display: "flex", flexWrap: "wrap", gap: 0.75 }}>
      {options.map(({ id, name, mark }) => (
        <ButtonBase
          key={id ?? ""}
          aria-pressed={id === brush}
          onClick={() => onChoose(id)}
          sx={{
            gap: 0.75,
            px: 1,
            ...tapHeight(34),
            borderRadius: 1,
            border: 2,
            borderColor: id === brush ? "primary.main" : "divider",
            backgroundColor: "background.paper",
            color: "text.primary",
            fontFamily: "inherit",
            fontSize: "0.875rem",
            fontWeight: id === brush ? 650 : 500,
            "&:focus-visible": { outline: 2, outlineOffset: 2, outlineColor: "primary.main" },
          }}
        >
          {mark}
          {name}
        </ButtonBase>
      ))}
    </Box>
  );
}
