import { Table, TableBody, TableCell, TableHead, TableRow } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { Money } from "../shared/figures.tsx";
import { ScrollTable } from "../shared/scroll-table.tsx";
import { LoadStateChip } from "./card-state-chip.tsx";
import type { CardLoad } from "./rows.ts";

/** What was sold onto a household's cards for one circuit, and how far it has come. */
export function LoadsTable({ loads }: { loads: readonly CardLoad[] }) {
  const t = useT();
  const format = useFormat();
  if (loads.length === 0)
    return <EmptyState dense title={t("cards.noLoads")} help={t("cards.noLoadsHelp")} />;
  return (
    <ScrollTable label={t("cards.loads")} maxHeight={420}>
      <Table size="small" stickyHeader>
        <TableHead>
          <TableRow>
            <TableCell align="right">{t("cards.count")}</TableCell>
            <TableCell>{t("desk.columns.time")}</TableCell>
            <TableCell align="right">{t("desk.columns.amount")}</TableCell>
            <TableCell>{t("cards.where")}</TableCell>
            <TableCell>{t("desk.columns.cashier")}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {loads.map((load) => (
            <TableRow key={load.purchaseId} hover>
              <TableCell align="right">{load.count}</TableCell>
              <TableCell sx={{ whiteSpace: "nowrap" }}>{format.dateTime(load.at)}</TableCell>
              <TableCell align="right">
                <Money amountMinor={load.amountMinor} />
              </TableCell>
              <TableCell>
                <LoadStateChip state={load.state} />
              </TableCell>
              <TableCell sx={{ whiteSpace: "nowrap" }}>{load.cashier}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </ScrollTable>
  );
}
