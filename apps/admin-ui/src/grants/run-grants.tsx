import { Box, Table, TableBody, TableCell, TableHead, TableRow } from "@mui/material";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { useGetList } from "react-admin";
import { useT } from "../i18n/use-t.ts";
import { useFallbackInterval } from "../layout/live-context.tsx";
import { useFormat } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Pages } from "../shared/pages-nav.tsx";
import { ScrollTable } from "../shared/scroll-table.tsx";
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
  const became = ({ expired, takenBack }: Grant) =>
    [
      expired > 0 && t("grants.run.expired", { amount: amount(expired) }),
      takenBack > 0 && t("grants.run.takenBack", { amount: amount(takenBack) }),
    ]
      .filter((text) => text !== false)
      .join(" · ");
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
          <ScrollTable label={t("grants.run.results")}>
            <Table size="small">
              <TableHead>
                <TableRow>
                  <TableCell>{t("grants.run.household")}</TableCell>
                  <TableCell align="right">{t("grants.run.amount")}</TableCell>
                  <TableCell>{t("grants.run.expires")}</TableCell>
                  <TableCell>{t("grants.run.became")}</TableCell>
                </TableRow>
              </TableHead>
              <TableBody>
                {data.map((grant) => (
                  <TableRow key={grant.id}>
                    <TableCell>
                      <TextLink to={householdPath(grant.householdId)}>
                        {names(grant.householdId, grant.householdName)}
                      </TextLink>
                    </TableCell>
                    <TableCell align="right">{amount(grant.amount)}</TableCell>
                    <TableCell sx={{ whiteSpace: "nowrap" }}>
                      {grant.expiresAt === null ? t("grants.run.never") : format.dateTime(grant.expiresAt)}
                    </TableCell>
                    <TableCell>{became(grant)}</TableCell>
                  </TableRow>
                ))}
              </TableBody>
            </Table>
          </ScrollTable>
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
