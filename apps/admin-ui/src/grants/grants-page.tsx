import AddIcon from "@mui/icons-material/Add";
import { Box, Button, Paper, Typography } from "@mui/material";
import { useGetList } from "react-admin";
import { Link } from "react-router-dom";
import { useMay } from "../auth/rights-context.tsx";
import { useT } from "../i18n/use-t.ts";
import { useFallbackInterval } from "../layout/live-context.tsx";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { policyPath, TextLink } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { NextRun } from "./next-run.tsx";
import type { GrantPolicy } from "./rows.ts";
import { useToday } from "./use-months.ts";
import { usePolicyWords } from "./use-policy-words.ts";

/** More policies than any site keeps. */
const MOST_POLICIES = 200;

/** What is given to whom: a card for each policy. */
export default function GrantsPage() {
  const t = useT();
  const site = useSite();
  const mayGive = useMay()("grants.give");
  const refetchInterval = useFallbackInterval();
  const { data, error, refetch } = useGetList<GrantPolicy>(
    "grant-policies",
    {
      pagination: { page: 1, perPage: MOST_POLICIES },
      sort: { field: "name", order: "ASC" },
      filter: { siteId: site.id },
    },
    { refetchInterval },
  );
  const newPolicy = mayGive && (
    <Button component={Link} to="/grants/new" variant="contained" startIcon={<AddIcon aria-hidden />}>
      {t("grants.new")}
    </Button>
  );
  return (
    <>
      <PageTitle title={t("grants.title")} />
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Waiting rows={5} />}
      {data?.length === 0 && (
        <EmptyState title={t("grants.empty")} help={t("grants.emptyHelp")} action={newPolicy} />
      )}
      {data !== undefined && data.length > 0 && (
        <Box sx={{ display: "grid", gap: 2 }}>
          <Box sx={{ display: "flex", gap: 2, alignItems: "center", flexWrap: "wrap" }}>
            <Typography variant="body2" color="textSecondary" sx={{ flex: 1, minWidth: 240 }}>
              {t("grants.notRefundable")}
            </Typography>
            {newPolicy}
          </Box>
          <Box
            component="ul"
            aria-label={t("grants.title")}
            sx={{
              m: 0,
              p: 0,
              display: "grid",
              gap: 2,
              gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 360px), 1fr))",
            }}
          >
            {data.map((policy) => (
              <PolicyCard key={policy.id} policy={policy} />
            ))}
          </Box>
        </Box>
      )}
    </>
  );
}

function PolicyCard({ policy }: { policy: GrantPolicy }) {
  const t = useT();
  const format = useFormat();
  const words = usePolicyWords()(policy);
  return (
    <Paper
      component="li"
      variant="outlined"
      sx={{ listStyle: "none", p: 2, display: "flex", flexDirection: "column", gap: 1 }}
    >
      <Box sx={{ display: "flex", gap: 1, alignItems: "start" }}>
        <Typography variant="h2" sx={{ flex: 1, minWidth: 0 }}>
          <TextLink to={policyPath(policy.id)}>{policy.name}</TextLink>
        </Typography>
        <PolicyChip policy={policy} />
      </Box>
      <Typography variant="body1">{words.gift}</Typography>
      <Typography variant="body2" color="textSecondary">
        {words.rest}
        {policy.validUntil !== null && ` · ${t("grants.until", { day: format.date(policy.validUntil) })}`}
      </Typography>
      <Box sx={{ mt: "auto", pt: 1, borderTop: 1, borderColor: "divider" }}>
        <NextRun policyId={policy.id} />
      </Box>
    </Paper>
  );
}

export function PolicyChip({ policy }: { policy: GrantPolicy }) {
  const t = useT();
  const today = useToday();
  const isEnded = policy.validUntil !== null && policy.validUntil < today;
  if (isEnded) return <Chip color="vacant">{t("grants.ended")}</Chip>;
  return (
    <Chip color={policy.isAutomatic ? "on" : "unknown"}>
      {t(policy.isAutomatic ? "grants.automatic" : "grants.byHand")}
    </Chip>
  );
}
