import { Box, Typography } from "@mui/material";
import type { Balance } from "../api/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { AsOf } from "../shared/as-of.tsx";
import { Money } from "../shared/figures.tsx";
import { usableCredit } from "../shared/usable-credit.ts";

/** What is left, for how long, and when that was true. */
export function BalanceFigure({ balance }: { balance: Balance }) {
  const t = useT();
  const { daysLeft, estimated } = balance;
  const { amountMinor, asOf, isInMeter } = usableCredit(balance);
  const days = isInMeter
    ? t("common.inMeter")
    : daysLeft === null
      ? t("common.daysLeftNone")
      : daysLeft < 1
        ? t("common.daysLeftZero")
        : t("common.daysLeft", { smart_count: Math.floor(daysLeft) });
  return (
    <Box>
      <Typography component="p" sx={{ fontSize: "1.75rem", fontWeight: 700, lineHeight: 1.2 }}>
        {amountMinor === null ? "—" : <Money amountMinor={amountMinor} />}
      </Typography>
      <Typography variant="body2">{days}</Typography>
      <Typography variant="caption" color="textSecondary">
        {estimated === true && !isInMeter && `${t("common.estimated")} · `}
        <AsOf at={asOf} />
      </Typography>
    </Box>
  );
}
