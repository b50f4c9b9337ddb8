import { Box } from "@mui/material";
import { useFormat } from "../layout/site-context.tsx";

const FIGURE = { fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" } as const;

/** An amount of the site's currency. What is owed is marked by colour too; a signed amount is a movement, not a debt. */
export function Money({
  amountMinor,
  signed = false,
}: {
  amountMinor: number | null | undefined;
  signed?: boolean;
}) {
  const format = useFormat();
  const text = signed && amountMinor != null ? format.signedMoney(amountMinor) : format.money(amountMinor);
  const isOwed = !signed && amountMinor != null && amountMinor < 0;
  return (
    <Box component="span" sx={{ ...FIGURE, ...(isOwed && { color: "error.main" }) }}>
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
