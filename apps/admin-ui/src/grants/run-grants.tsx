import { Box, Typography } from "@mui/material";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { useGetList } from "react-admin";
import { useT } from "../i18n/use-t.ts";
import { useFallbackInterval } from "../layout/live-context.tsx";
import { useFormat } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Pages } from "../shared/pages-nav.tsx";
import { Section } from "../shared/section.tsx";
import { householdPath, TextLink } from "../shared/text-link.tsx";
import { useHouseholdNames } from "../shared/use-household-names.ts";
import { Waiting } from "../shared/waiting.tsx";
import { amountText } from "./gift-text.ts";
import type { Grant, GrantRun } from "./rows.ts";

const PER_PAGE = 20;

/** What each household got in a run, and what became of it. */
export function RunGrants({ run }: { run: GrantRun }) {
  const t = useT();
  const format = useFormat();
  const [page, setPage] = useState(1);
  const refetchInterval = useFallbackInterval();
  const {
    data,
    total = 0,
    error,
    refetch,
  } = useGetList<Grant>(
    "grants",
    {
      pagination: { page, perPage: PER_PAGE },
      sort: { field: "householdId", order: "ASC" },
      filter: { runId: run.id },
    },
    { refetchInterval, placeholderData: keepPreviousData },
  );
  const names = useHouseholdNames((data ?? []).map(({ householdId }) => householdId));
  const amount = (value: number) => amountText(run.terms.gift.kind, value, format);
  const became = ({ expired, takenBack }: Grant) => [
    ...(expired > 0 ? [t("grants.run.expired", { amount: amount(expired) })] : []),
    ...(takenBack > 0 ? [t("grants.run.takenBack", { amount: amount(takenBack) })] : []),
  ];
  return (
    <Section title={t("grants.run.results")} flush>
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && (
        <Box sx={{ px: 2, pb: 2 }}>
          <Waiting rows={5} />
        </Box>
      )}
      {data?.length === 0 && (
        <Box sx={{ px: 2, pb: 2 }}>
          <EmptyState dense title={t("grants.run.noResults")} />
        </Box>
      )}
      {data !== undefined && data.length > 0 && (
        <>
          <Box component="ul" aria-label={t("grants.run.results")} sx={{ m: 0, p: 0 }}>
            {data.map((grant) => (
              <Box
                component="li"
                key={grant.id}
                sx={{
                  listStyle: "none",
                  display: "grid",
                  columnGap: 2,
                  px: 2,
                  py: 0.75,
                  borderTop: 1,
                  borderColor: "divider",
                  fontVariantNumeric: "tabular-nums",
                  gridTemplateColumns: {
                    xs: "minmax(0, 1fr) auto",
                    md: "minmax(0, 4fr) 110px minmax(0, 4fr)",
                  },
                }}
              >
                <Typography variant="body2" component="div">
                  <TextLink to={householdPath(grant.householdId)}>
                    {names(grant.householdId, grant.householdName)}
                  </TextLink>
                </Typography>
                <Typography variant="body2" sx={{ textAlign: "right", fontWeight: 600 }}>
                  {amount(grant.amount)}
                </Typography>
                <Typography
                  variant="caption"
                  color="textSecondary"
                  component="div"
                  sx={{ gridColumn: { xs: "1 / -1", md: "auto" } }}
                >
                  {[
                    grant.expiresAt === null
                      ? t("grants.run.neverExpires")
                      : t("grants.run.expires", { time: format.dateTime(grant.expiresAt) }),
                    ...became(grant),
                  ].join(" · ")}
                </Typography>
              </Box>
            ))}
          </Box>
          <Box sx={{ px: 1.5, py: total > PER_PAGE ? 0.5 : 0 }}>
            <Pages
              page={page}
              perPage={PER_PAGE}
              total={total}
              onPage={setPage}
              label={t("grants.run.results")}
            />
          </Box>
        </>
      )}
    </Section>
  );
}
