import { Box, Button, Table, TableBody, TableCell, TableHead, TableRow } from "@mui/material";
import { useState } from "react";
import { useGetList } from "react-admin";
import type { Household, Purchase } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import { ReceiptButton } from "../desk/receipt-button.tsx";
import { methodText } from "../i18n/method-text.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { Money } from "../shared/figures.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { ScrollTable } from "../shared/scroll-table.tsx";
import { Section } from "../shared/section.tsx";
import { AdjustDialog } from "../tills/adjust-dialog.tsx";

const MOST_SHOWN = 20;

/** What was bought; a sale whose shift is closed can be taken back with a second person. */
export function HouseholdPurchases({ household }: { household: Household }) {
  const householdId = household.id;
  const mayCorrect = useMay()("adjustments.create");
  const [takenBack, setTakenBack] = useState<Purchase | null>(null);
  const t = useT();
  const format = useFormat();
  const { data, error } = useGetList<Purchase>("purchases", {
    pagination: { page: 1, perPage: MOST_SHOWN },
    sort: { field: "at", order: "DESC" },
    filter: { householdId },
  });
  return (
    <Section title={t("household.purchases")} flush>
      {error && <LoadFailed error={error} />}
      {data?.length === 0 && (
        <Box sx={{ px: 2 }}>
          <EmptyState dense title={t("household.noPurchases")} help={t("household.noPurchasesHelp")} />
        </Box>
      )}
      {data !== undefined && data.length > 0 && (
        <ScrollTable label={t("household.purchases")} maxHeight={300}>
          <Table size="small" stickyHeader>
            <TableHead>
              <TableRow>
                <TableCell>{t("desk.columns.time")}</TableCell>
                <TableCell align="right">{t("desk.columns.amount")}</TableCell>
                <TableCell>{t("desk.columns.method")}</TableCell>
                <TableCell>{t("desk.columns.cashier")}</TableCell>
                <TableCell>{t("desk.columns.receipt")}</TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {data.map((purchase) => (
                <TableRow key={purchase.id} hover>
                  <TableCell sx={{ whiteSpace: "nowrap" }}>{format.dateTime(purchase.at)}</TableCell>
                  <TableCell align="right">
                    {purchase.voidedAt === undefined ? (
                      <Money amountMinor={purchase.amountMinor} />
                    ) : (
                      <>
                        <del>
                          <Money amountMinor={purchase.amountMinor} />
                        </del>{" "}
                        {t("common.voided")}
                      </>
                    )}
                  </TableCell>
                  <TableCell>{methodText(purchase.method, t)}</TableCell>
                  <TableCell sx={{ whiteSpace: "nowrap" }}>{purchase.cashier}</TableCell>
                  <TableCell>
                    <ReceiptButton purchase={purchase} compact />
                    {mayCorrect && purchase.voidedAt === undefined && purchase.delivery === "server" && (
                      <Button
                        size="small"
                        color="inherit"
                        aria-label={t("household.takeBackNamed", { number: purchase.receiptNumber })}
                        onClick={() => setTakenBack(purchase)}
                      >
                        {t("household.takeBack")}
                      </Button>
                    )}
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </ScrollTable>
      )}
      {takenBack !== null && (
        <AdjustDialog household={household} purchase={takenBack} onClose={() => setTakenBack(null)} />
      )}
    </Section>
  );
}
