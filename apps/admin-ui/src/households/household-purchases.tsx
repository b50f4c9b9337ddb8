import { Box, Button } from "@mui/material";
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
import { RowTable } from "../shared/row-table.tsx";
import { Section } from "../shared/section.tsx";
import { AdjustDialog } from "../tills/adjust-dialog.tsx";

const MOST_SHOWN = 20;

function Amount({ purchase: { amountMinor, voidedAt } }: { purchase: Purchase }) {
  const t = useT();
  if (voidedAt === undefined) return <Money amountMinor={amountMinor} />;
  return (
    <>
      <del>
        <Money amountMinor={amountMinor} />
      </del>{" "}
      {t("common.voided")}
    </>
  );
}

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
        <RowTable
          label={t("household.purchases")}
          maxHeight={300}
          rows={data}
          keyOf={({ id }) => String(id)}
          columns={[
            { key: "at", title: t("desk.columns.time"), show: ({ at }) => format.dateTime(at) },
            {
              key: "amount",
              title: t("desk.columns.amount"),
              isFigure: true,
              onCard: "figure",
              show: (purchase) => <Amount purchase={purchase} />,
            },
            { key: "method", title: t("desk.columns.method"), show: ({ method }) => methodText(method, t) },
            { key: "cashier", title: t("desk.columns.cashier"), show: ({ cashier }) => cashier },
            {
              key: "receipt",
              title: t("desk.columns.receipt"),
              onCard: "foot",
              show: (purchase) => (
                <>
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
                </>
              ),
            },
          ]}
        />
      )}
      {takenBack !== null && (
        <AdjustDialog household={household} purchase={takenBack} onClose={() => setTakenBack(null)} />
      )}
    </Section>
  );
}
