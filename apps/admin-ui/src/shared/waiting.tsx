import { Box, CircularProgress, Skeleton } from "@mui/material";
import { useT } from "../i18n/use-t.ts";

export function Waiting({ rows }: { rows?: number }) {
  const t = useT();
  if (rows !== undefined)
    return (
      <Box role="status" aria-label={t("common.loading")}>
        {Array.from({ length: rows }, (_, row) => row).map((row) => (
          <Skeleton key={row} height={30} />
        ))}
      </Box>
    );
  return (
    <Box sx={{ display: "flex", justifyContent: "center", p: 6 }}>
      <CircularProgress size={28} aria-label={t("common.loading")} />
    </Box>
  );
}
