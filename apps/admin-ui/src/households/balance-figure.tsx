import { Box, Typography } from "@mui/material";
import type { Balance } from "../api/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { AsOf } from "../shared/as-of.tsx";
import { Money } from "../shared/figures.tsx";

/** What is left, for how long, and when that was true. */
export function BalanceFigure({ balance }: { balance: Balance }) {
  const t = useT();
  const { liveMinor, daysLeft, asOf, estimated } = balance;
  const days =
    daysLeft === null
      ? t("common.daysLeftNone")
      : daysLeft < 1
        ? t("common.daysLeftZero")
        : t("common.daysLeft", { smart_count: Math.floor(daysLeft) });
  return (
    <Box>
      <Typography component="p" sx={{ fontSize: "1.75rem", fontWeight: 700, lineHeight: 1.2 }}>
        <Money amountMinor={liveMinor} />
      </Typography>
      <Typography variant="body2">{days}</Typography>
      <Typography variant="caption" color="textSecondary">
        {estimated === true && `${t("common.estimated")} · `}
        <AsOf at={asOf} />
      </Typography>
    </Box>
  );
}
