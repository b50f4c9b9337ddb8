import { Box } from "@mui/material";
import { useState } from "react";
import { useGetList } from "react-admin";
import type { LedgerEntry } from "../api/rows.ts";
import { authorText } from "../i18n/author-text.ts";
import { consoleEn } from "../i18n/console.en.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { Money } from "../shared/figures.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Pages } from "../shared/pages-nav.tsx";
import { RowTable } from "../shared/row-table.tsx";
import { SaveButton } from "../shared/save-button.tsx";
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
      {data === undefined && !error && (
        <Box sx={{ px: 2, pb: 2 }}>
          <Waiting rows={4} />
        </Box>
      )}
      {data?.length === 0 && (
        <Box sx={{ px: 2 }}>
          <EmptyState dense title={t("household.noLedger")} help={t("household.noLedgerHelp")} />
        </Box>
      )}
      {data !== undefined && data.length > 0 && (
        <RowTable
          label={t("household.ledger")}
          maxHeight={440}
          rows={data}
          keyOf={({ id }) => String(id)}
          columns={[
            {
              key: "seq",
              title: t("household.columns.seq"),
              help: t("household.chain"),
              isFigure: true,
              onCard: "none",
              show: ({ seq }) => seq,
            },
            { key: "at", title: t("household.columns.at"), show: ({ at }) => format.dateTime(at) },
            {
              key: "kind",
              title: t("household.columns.kind"),
              onCard: "name",
              show: ({ kind }) => (isKnownKind(kind) ? t(`ledgerKind.${kind}`) : kind),
            },
            {
              key: "amount",
              title: t("household.columns.amount"),
              isFigure: true,
              onCard: "figure",
              show: ({ amountMinor }) => <Money amountMinor={amountMinor} signed />,
            },
            {
              key: "after",
              title: t("household.columns.after"),
              isFigure: true,
              show: ({ balanceAfterMinor }) => <Money amountMinor={balanceAfterMinor} />,
            },
            { key: "by", title: t("household.columns.by"), show: ({ by }) => authorText(by, t) },
            { key: "note", title: t("household.columns.note"), wraps: true, show: ({ note }) => note },
            {
              key: "hash",
              title: t("household.columns.hash"),
              onCard: "none",
              show: ({ hash }) => (
                <Box component="code" title={hash} sx={{ fontSize: "0.75rem" }}>
                  {hash.slice(0, HASH_SHOWN)}
                </Box>
              ),
            },
          ]}
        />
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
