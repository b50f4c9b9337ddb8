import { Box, Button, Paper, Typography } from "@mui/material";
import { useGetList } from "react-admin";
import { Link } from "react-router-dom";
import type { Household } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { TextLink } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";
import type { Tariff } from "./rows.ts";
import { RateLegend, SchemeWeek } from "./scheme-view.tsx";
import { NEW_TARIFF, tariffPaintPath, tariffPath } from "./tariff-paths.ts";
import { VersionTimeline } from "./version-timeline.tsx";

/** How many open households pay by a tariff; undefined while that is not known. */
export function useHouseholdCount(tariffId: string | null): number | undefined {
  const { total } = useGetList<Household>(
    "households",
    {
      pagination: { page: 1, perPage: 1 },
      sort: { field: "name", order: "ASC" },
      filter: { tariffId, status: "open" },
    },
    { enabled: tariffId !== null },
  );
  return total;
}

function TariffCard({ tariff }: { tariff: Tariff }) {
  const t = useT();
  const count = useHouseholdCount(tariff.id);
  return (
    <Paper component="li" variant="outlined" sx={{ listStyle: "none", p: 2, display: "grid", gap: 1.5 }}>
      <Box sx={{ display: "flex", gap: 1, alignItems: "baseline", flexWrap: "wrap" }}>
        <Typography variant="h2" sx={{ flex: 1, minWidth: 0 }}>
          <TextLink to={tariffPath(tariff.id)}>{tariff.name}</TextLink>
        </Typography>
        <Typography variant="body2" color="textSecondary">
          {count !== undefined && t("tariffs.households", { smart_count: count })}
        </Typography>
      </Box>
      <SchemeWeek scheme={tariff.tariff} name={tariff.name} isThumbnail />
      <RateLegend scheme={tariff.tariff} />
      <VersionTimeline versions={tariff.versions} shown={tariff.version} />
    </Paper>
  );
}

/** Every tariff of the site: its week, its prices, its versions. */
export default function TariffList() {
  const t = useT();
  const site = useSite();
  const may = useMay();
  const { data, error, refetch } = useGetList<Tariff>("tariffs", {
    pagination: { page: 1, perPage: 100 },
    sort: { field: "name", order: "ASC" },
    filter: { siteId: site.id },
  });
  const add = may("tariffs.paint") && (
    <Button component={Link} to={tariffPaintPath(NEW_TARIFF)} variant="contained">
      {t("tariffs.add")}
    </Button>
  );
  return (
    <>
      <PageTitle title={t("tariffs.title")} />
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Waiting rows={6} />}
      {data?.length === 0 && (
        <EmptyState title={t("tariffs.empty")} help={t("tariffs.emptyHelp")} action={add} />
      )}
      {data !== undefined && data.length > 0 && (
        <>
          {add && <Box sx={{ display: "flex", justifyContent: "flex-end", mb: 1.5 }}>{add}</Box>}
          <Box
            component="ul"
            sx={{
              m: 0,
              p: 0,
              display: "grid",
              gap: 2,
              gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "repeat(2, minmax(0, 1fr))" },
            }}
          >
            {data.map((tariff) => (
              <TariffCard key={tariff.id} tariff={tariff} />
            ))}
          </Box>
        </>
      )}
    </>
  );
}
