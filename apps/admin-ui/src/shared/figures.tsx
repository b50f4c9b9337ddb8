import { Box } from "@mui/material";
import { useFormat } from "../layout/site-context.tsx";

const FIGURE = { fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" } as const;

/** An amount of the site's currency; a negative one is marked by colour and sign. */
export function Money({ amountMinor, signed = false }: { amountMinor: number | null | undefined; signed?: boolean }) {
  const format = useFormat();
  const text = signed && amountMinor != null ? format.signedMoney(amountMinor) : format.money(amountMinor);
  const isNegative = amountMinor != null && amountMinor < 0;
  return (
    <Box component="span" sx={{ ...FIGURE, ...(isNegative && { color: "error.main" }) }}>
      {text}
    </Box>
  );
}

export function Energy({ wh }: { wh: number | null | undefined }) {
  return (
    <Box component="span" sx={FIGURE}>
      {useFormat().energy(wh)}
    </Box>
  );
}
