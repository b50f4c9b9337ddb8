import { Box, Table, TableBody, TableCell, TableHead, TableRow } from "@mui/material";
import { useState } from "react";
import { useGetList } from "react-admin";
import type { LedgerEntry } from "../api/rows.ts";
import { consoleEn } from "../i18n/console.en.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { Money } from "../shared/figures.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Pages } from "../shared/pages-nav.tsx";
import { SaveButton } from "../shared/save-button.tsx";
import { ScrollTable } from "../shared/scroll-table.tsx";
import { Section } from "../shared/section.tsx";
import { Waiting } from "../shared/waiting.tsx";

const PER_PAGE = 50;
/** Enough of a hash to compare two by eye; the whole stands in the title. */
const HASH_SHOWN = 8;

const isKnownKind = (kind: string): kind is keyof typeof consoleEn.ledgerKind =>
  Object.hasOwn(consoleEn.ledgerKind, kind);

/** The household's chain, newest first, with its position and hash. */
export function LedgerTable({ householdId }: { householdId: string }) {
  const t = useT();
  const format = useFormat();
  const site = useSite();
  const [page, setPage] = useState(1);
  const { data, total, error, refetch } = useGetList<LedgerEntry>("ledger", {
    pagination: { page, perPage: PER_PAGE },
    sort: { field: "seq", order: "DESC" },
    filter: { householdId },
  });
  const csvQuery = new URLSearchParams({ siteId: site.id, filter: JSON.stringify({ householdId }) });
  return (
    <Section
      title={t("household.ledger")}
      flush
      aside={
        data !== undefined &&
        data.length > 0 && <SaveButton path={`/exports/ledger.csv?${csvQuery}`} fileName="ledger.csv" />
      }
    >
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Waiting rows={4} />}
      {data?.length === 0 && (
        <Box sx={{ px: 2 }}>
          <EmptyState dense title={t("household.noLedger")} help={t("household.noLedgerHelp")} />
        </Box>
      )}
      {data !== undefined && data.length > 0 && (
        <ScrollTable label={t("household.ledger")} maxHeight={440}>
          <Table size="small" stickyHeader>
            <TableHead>
              <TableRow>
                <TableCell align="right">
                  <abbr title={t("household.chain")} style={{ textDecoration: "none" }}>
                    {t("household.columns.seq")}
                  </abbr>
                </TableCell>
                <TableCell>{t("household.columns.at")}</TableCell>
                <TableCell>{t("household.columns.kind")}</TableCell>
                <TableCell align="right">{t("household.columns.amount")}</TableCell>
                <TableCell align="right">{t("household.columns.after")}</TableCell>
                <TableCell>{t("household.columns.by")}</TableCell>
                <TableCell>{t("household.columns.note")}</TableCell>
                <TableCell>{t("household.columns.hash")}</TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {data.map((entry) => (
                <TableRow key={entry.id} hover>
                  <TableCell align="right">{entry.seq}</TableCell>
                  <TableCell sx={{ whiteSpace: "nowrap" }}>{format.dateTime(entry.at)}</TableCell>
                  <TableCell>
                    {isKnownKind(entry.kind) ? t(`ledgerKind.${entry.kind}`) : entry.kind}
                  </TableCell>
                  <TableCell align="right">
                    <Money amountMinor={entry.amountMinor} signed />
                  </TableCell>
                  <TableCell align="right">
                    <Money amountMinor={entry.balanceAfterMinor} />
                  </TableCell>
                  <TableCell sx={{ whiteSpace: "nowrap" }}>{entry.by}</TableCell>
                  <TableCell>{entry.note}</TableCell>
                  <TableCell>
                    <Box component="code" title={entry.hash} sx={{ fontSize: "0.75rem" }}>
                      {entry.hash.slice(0, HASH_SHOWN)}
                    </Box>
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </ScrollTable>
      )}
      <Box sx={{ px: 2, pb: 1 }}>
        <Pages
          page={page}
          perPage={PER_PAGE}
          total={total ?? 0}
          onPage={setPage}
          label={t("household.ledger")}
        />
      </Box>
    </Section>
  );
}
