import { Box, Typography } from "@mui/material";

export const Brand = ({ large = false }: { large?: boolean }) => (
  <Box sx={{ display: "flex", alignItems: "center", gap: 1.25 }}>
    <img src="/icons/hallmeter.svg" alt="" width={large ? 40 : 28} height={large ? 40 : 28} />
    <Typography
      component="span"
      sx={{ fontWeight: 700, fontSize: large ? "1.375rem" : "1.0625rem", letterSpacing: "-0.01em" }}
    >
      Hallmeter
    </Typography>
  </Box>
);
