import { Box, Typography } from "@mui/material";
import { useMemo } from "react";
import { useGetList } from "react-admin";
import type { Purchase } from "../api/rows.ts";
import { methodText } from "../i18n/method-text.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { Money } from "../shared/figures.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Section } from "../shared/section.tsx";
import { householdPath, TextLink } from "../shared/text-link.tsx";
import { useHouseholdNames } from "../shared/use-household-names.ts";
import { useNowMs } from "../shared/use-now.ts";
import { Waiting } from "../shared/waiting.tsx";

const MOST_SHOWN = 6;

/** What was sold last, where a slip shows at once; a day's sales stand at the Desk. */
export function LastSales() {
  const t = useT();
  const format = useFormat();
  const site = useSite();
  const nowMs = useNowMs(60_000);
  const { data, error, refetch } = useGetList<Purchase>("purchases", {
    pagination: { page: 1, perPage: MOST_SHOWN },
    sort: { field: "at", order: "DESC" },
    filter: { siteId: site.id },
  });
  const ids = useMemo(() => [...new Set(data?.map(({ householdId }) => householdId))], [data]);
  const nameOf = useHouseholdNames(ids);
  return (
    <Section title={t("home.sales")} aside={<TextLink to="/desk">{t("home.toDesk")}</TextLink>}>
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Waiting rows={4} />}
      {data?.length === 0 && (
        <Typography variant="body2" color="textSecondary">
          {t("home.noSales")}
        </Typography>
      )}
      <Box component="ul" aria-label={t("home.sales")} sx={{ m: 0, p: 0, display: "grid", gap: 1.25 }}>
        {data?.map(({ id, householdId, amountMinor, at, method, voidedAt }) => (
          <Box component="li" key={id} sx={{ listStyle: "none", display: "flex", gap: 2 }}>
            <Box sx={{ flex: 1, minWidth: 0 }}>
              <TextLink to={householdPath(householdId)}>{nameOf(householdId)}</TextLink>
              <Typography variant="caption" color="textSecondary" component="div">
                {format.moment(at, nowMs)} · {methodText(method, t)}
                {voidedAt !== undefined && ` · ${t("common.voided")}`}
              </Typography>
            </Box>
            <Box component={voidedAt === undefined ? "strong" : "del"}>
              <Money amountMinor={amountMinor} />
            </Box>
          </Box>
        ))}
      </Box>
    </Section>
  );
}
