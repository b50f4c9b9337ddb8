import { Box, Typography } from "@mui/material";
import type { Balance } from "../api/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";

const FREE_ENERGY = "Wh";

/** What is left of grants, in the order in which it is used. */
export function GrantsLeft({ grants }: Pick<Balance, "grants">) {
  const t = useT();
  const format = useFormat();
  if (grants.length === 0) return null;
  return (
    <Box>
      <Typography variant="h3" component="h3">
        {t("household.grants")}
      </Typography>
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none" }}>
        {grants.map(({ grantId, commodity, amount, expiresAt }) => (
          <Typography component="li" variant="body2" key={`${grantId} ${commodity}`}>
            <strong>{commodity === FREE_ENERGY ? format.energy(amount) : format.money(amount)}</strong>{" "}
            <Typography component="span" variant="caption" color="textSecondary">
              {expiresAt === null
                ? t("household.grantForEver")
                : t("household.grantUntil", { day: format.date(expiresAt) })}
            </Typography>
          </Typography>
        ))}
      </Box>
      <Typography variant="caption" color="textSecondary">
        {t("household.grantsHelp")}
      </Typography>
    </Box>
  );
}
