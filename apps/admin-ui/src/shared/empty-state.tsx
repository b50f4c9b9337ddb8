import { Box, Typography } from "@mui/material";
import type { ReactNode } from "react";

/** Says that there is nothing, and what to do next. */
export function EmptyState({
  title,
  help,
  action,
  dense = false,
}: {
  title: string;
  help?: string;
  action?: ReactNode;
  dense?: boolean;
}) {
  return (
    <Box
      sx={{
        display: "flex",
        flexDirection: "column",
        alignItems: dense ? "flex-start" : "center",
        gap: 0.5,
        px: dense ? 0 : 3,
        py: dense ? 1 : 7,
        textAlign: dense ? "left" : "center",
      }}
    >
      <Typography component="p" sx={{ fontWeight: 600 }}>
        {title}
      </Typography>
      {help !== undefined && (
        <Typography variant="body2" color="textSecondary" sx={{ maxWidth: 440 }}>
          {help}
        </Typography>
      )}
      {action !== undefined && <Box sx={{ mt: 1.5 }}>{action}</Box>}
    </Box>
  );
}
