import { Box, Button, Typography } from "@mui/material";
import { useMemo, useState } from "react";
import { useDataProvider, useGetList, useGetMany, useNotify, useRefresh } from "react-admin";
import type { Household, Purchase } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { localDayOf } from "../format/format.ts";
import { methodText } from "../i18n/method-text.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { ConfirmWithReason } from "../shared/confirm-with-reason.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { Money } from "../shared/figures.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { RowTable } from "../shared/row-table.tsx";
import { Section } from "../shared/section.tsx";
import { householdPath, TextLink } from "../shared/text-link.tsx";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { useNowMs } from "../shared/use-now.ts";
import { Waiting } from "../shared/waiting.tsx";
import { ReceiptButton } from "./receipt-button.tsx";

const MOST_SHOWN = 100;
const MAX_VOID_REASON_LENGTH = 200;
/** Where a sale to a meter waits for a person. */
const ASKS_FOR_STAFF: ReadonlySet<Purchase["delivery"]> = new Set(["unknown", "failed"]);

/** What was sold, and of a sale to a meter how it stands. */
function Sold({ sale: { amountMinor, voidedAt, delivery, deliveryCode } }: { sale: Purchase }) {
  const t = useT();
  if (voidedAt !== undefined)
    return (
      <del>
        <Money amountMinor={amountMinor} />
      </del>
    );
  return (
    <>
      <Money amountMinor={amountMinor} />
      {delivery !== "server" && (
        <Typography
          variant="caption"
          component="div"
          color={ASKS_FOR_STAFF.has(delivery) ? "error" : "textSecondary"}
        >
          {t(`desk.delivery.${delivery}`)}
          {deliveryCode !== undefined && (
            <Box component="span" sx={{ display: "block", maxWidth: "22rem", ml: "auto" }}>
              {t(`desk.deliveryAdvice.${deliveryCode}`)}
            </Box>
          )}
        </Typography>
      )}
    </>
  );
}

/** The sales of the site's local day, newest first. */
export function TodaysSales() {
  const t = useT();
  const format = useFormat();
  const may = useMay();
  const site = useSite();
  const today = localDayOf(useNowMs(60_000), site.timeZone);
  const [voiding, setVoiding] = useState<Purchase | null>(null);
  const { data, total, error, refetch } = useGetList<Purchase>("purchases", {
    pagination: { page: 1, perPage: MOST_SHOWN },
    sort: { field: "at", order: "DESC" },
    filter: { siteId: site.id },
  });
  const sales = useMemo(
    () => data?.filter(({ at }) => localDayOf(Date.parse(at), site.timeZone) === today),
    [data, site.timeZone, today],
  );
  const ids = useMemo(() => [...new Set(sales?.map(({ householdId }) => householdId))], [sales]);
  const { data: households } = useGetMany<Household>("households", { ids }, { enabled: ids.length > 0 });
  const nameOf = (id: string) => households?.find((household) => household?.id === id)?.unitName ?? "…";

  if (error) return <LoadFailed error={error} retry={() => void refetch()} />;
  const standing = sales?.filter(({ voidedAt }) => voidedAt === undefined) ?? [];
  const sumMinor = standing.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const isCut = sales !== undefined && sales.length === MOST_SHOWN && (total ?? 0) > MOST_SHOWN;
  return (
    <Section
      title={t("desk.sales")}
      flush
      aside={
        <Typography variant="body2" sx={{ fontVariantNumeric: "tabular-nums" }}>
          {t("desk.salesTotal", { smart_count: standing.length, amount: format.money(sumMinor) })}
        </Typography>
      }
    >
      {sales === undefined && (
        <Box sx={{ px: 2, pb: 2 }}>
          <Waiting rows={3} />
        </Box>
      )}
      {sales?.length === 0 && <EmptyState title={t("desk.noSales")} help={t("desk.noSalesHelp")} />}
      {sales !== undefined && sales.length > 0 && (
        <RowTable
          label={t("desk.sales")}
          maxHeight={640}
          rows={sales}
          keyOf={({ id }) => String(id)}
          columns={[
            { key: "at", title: t("desk.columns.time"), show: ({ at }) => format.time(at) },
            {
              key: "household",
              title: t("desk.columns.household"),
              onCard: "name",
              show: ({ householdId }) => (
                <TextLink to={householdPath(householdId)}>{nameOf(householdId)}</TextLink>
              ),
            },
            {
              key: "amount",
              title: t("desk.columns.amount"),
              isFigure: true,
              wraps: true,
              onCard: "figure",
              show: (sale) => <Sold sale={sale} />,
            },
            { key: "method", title: t("desk.columns.method"), show: ({ method }) => methodText(method, t) },
            { key: "cashier", title: t("desk.columns.cashier"), show: ({ cashier }) => cashier },
            {
              key: "receipt",
              title: t("desk.columns.receipt"),
              show: (sale) => <ReceiptButton purchase={sale} compact />,
            },
            {
              key: "action",
              title: t("desk.columns.action"),
              onCard: "figure",
              show: (sale) =>
                sale.voidedAt === undefined ? (
                  may("purchases.void") && (
                    <Button size="small" color="error" onClick={() => setVoiding(sale)}>
                      {t("desk.void")}
                    </Button>
                  )
                ) : (
                  <Box component="span" sx={{ color: "text.secondary" }} title={sale.voidReason}>
                    {t("common.voided")}
                  </Box>
                ),
            },
          ]}
        />
      )}
      {isCut && (
        <Typography variant="caption" color="textSecondary" sx={{ p: 2, display: "block" }}>
          {t("desk.salesMore", { smart_count: MOST_SHOWN })}
        </Typography>
      )}
      {voiding !== null && (
        <VoidSale
          sale={voiding}
          householdName={nameOf(voiding.householdId)}
          onClose={() => setVoiding(null)}
        />
      )}
    </Section>
  );
}

function VoidSale({
  sale,
  householdName,
  onClose,
}: {
  sale: Purchase;
  householdName: string;
  onClose: () => void;
}) {
  const t = useT();
  const format = useFormat();
  const notify = useNotify();
  const refresh = useRefresh();
  const keyed = useKeyedAct();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  return (
    <ConfirmWithReason
      title={t("desk.voidTitle")}
      help={t("desk.voidHelp", {
        amount: format.money(sale.amountMinor),
        household: householdName,
        number: sale.receiptNumber,
      })}
      confirmLabel={t("desk.void")}
      color="error"
      maxLength={MAX_VOID_REASON_LENGTH}
      onConfirm={async (reason) => {
        await dataProvider.voidPurchase(sale.id, reason, keyed.keyFor([sale.id, reason]));
        notify(t("desk.voidDone"), { type: "success" });
        refresh();
      }}
      onClose={onClose}
    />
  );
}
