import { Box, Typography } from "@mui/material";
import { useGetList } from "react-admin";
import { NextRun } from "../grants/next-run.tsx";
import type { GrantPolicy } from "../grants/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { useFallbackInterval } from "../layout/live-context.tsx";
import { useSite } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Section } from "../shared/section.tsx";
import { policyPath, TextLink } from "../shared/text-link.tsx";
import { Waiting } from "../shared/waiting.tsx";

const MOST_SHOWN = 8;

/** When each policy grants next, and which months it has missed. */
export function NextGrants() {
  const t = useT();
  const site = useSite();
  const refetchInterval = useFallbackInterval();
  const { data, error, refetch } = useGetList<GrantPolicy>(
    "grant-policies",
    {
      pagination: { page: 1, perPage: MOST_SHOWN },
      sort: { field: "name", order: "ASC" },
      filter: { siteId: site.id },
    },
    { refetchInterval },
  );
  return (
    <Section title={t("home.grants")} aside={<TextLink to="/grants">{t("home.allGrants")}</TextLink>}>
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Waiting rows={3} />}
      {data?.length === 0 && (
        <EmptyState
          dense
          title={t("grants.empty")}
          help={t("grants.emptyHelp")}
          action={<TextLink to="/grants/new">{t("grants.new")}</TextLink>}
        />
      )}
      {data !== undefined && data.length > 0 && (
        <Box component="ul" aria-label={t("home.grants")} sx={{ m: 0, p: 0, display: "grid", gap: 1.5 }}>
          {data.map((policy) => (
            <Box component="li" key={policy.id} sx={{ listStyle: "none" }}>
              <Typography variant="body1">
                <TextLink to={policyPath(policy.id)}>{policy.name}</TextLink>
              </Typography>
              <NextRun policyId={policy.id} />
            </Box>
          ))}
        </Box>
      )}
    </Section>
  );
}
