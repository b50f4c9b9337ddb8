import { Box } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { Money } from "../shared/figures.tsx";
import { type Column, RowTable } from "../shared/row-table.tsx";
import { LoadStateChip } from "./card-state-chip.tsx";
import type { CardLoad } from "./rows.ts";

/** What was sold onto a household's cards for one circuit, and how far it has come. */
export function LoadsTable({ loads }: { loads: readonly CardLoad[] }) {
  const t = useT();
  const format = useFormat();
  const columns: readonly Column<CardLoad>[] = [
    { key: "count", title: t("cards.count"), isFigure: true, show: ({ count }) => count },
    { key: "at", title: t("desk.columns.time"), onCard: "name", show: ({ at }) => format.dateTime(at) },
    {
      ...{ key: "amount", title: t("desk.columns.amount"), isFigure: true, onCard: "figure" },
      show: ({ amountMinor }) => <Money amountMinor={amountMinor} />,
    },
    { key: "state", title: t("cards.where"), show: ({ state }) => <LoadStateChip state={state} /> },
    { key: "cashier", title: t("desk.columns.cashier"), show: ({ cashier }) => cashier },
  ];
  if (loads.length === 0)
    return (
      <Box sx={{ px: 2 }}>
        <EmptyState dense title={t("cards.noLoads")} help={t("cards.noLoadsHelp")} />
      </Box>
    );
  return (
    <RowTable
      label={t("cards.loads")}
      columns={columns}
      rows={loads}
      keyOf={({ purchaseId }) => purchaseId}
      maxHeight={420}
    />
  );
}
