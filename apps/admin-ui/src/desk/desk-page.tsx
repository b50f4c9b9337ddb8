import { Alert, Box, Button, Paper, Typography } from "@mui/material";
import { useCallback, useRef, useState } from "react";
import { useSearchParams } from "react-router-dom";
import type { Balance, Board, Household, Purchase, Tile } from "../api/rows.ts";
import { HouseholdCards } from "../cards/household-cards.tsx";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { usableCredit } from "../shared/usable-credit.ts";
import { useProblemText } from "../shared/use-problem-text.ts";
import { Waiting } from "../shared/waiting.tsx";
import { AdjustmentsSection } from "../tills/adjustments-section.tsx";
import { TillBar } from "../tills/till-bar.tsx";
import { Buyer } from "./buyer.tsx";
import { HouseholdFinder } from "./household-finder.tsx";
import type { PendingSale } from "./pending-sale.ts";
import { SaleDone } from "./sale-done.tsx";
import { type SaleFields, SaleForm } from "./sale-form.tsx";
import { TodaysSales } from "./todays-sales.tsx";
import { useSale } from "./use-sale.ts";

const isDark = (tile: Tile | undefined): boolean => tile !== undefined && tile.relay !== "closed";

interface Done {
  purchase: Purchase;
  wasOff: boolean;
}

/** A sale that got no answer comes before any other. */
function PendingNotice({
  pending,
  isRunning,
  onAsk,
}: {
  pending: PendingSale;
  isRunning: boolean;
  onAsk: () => void;
}) {
  const t = useT();
  const format = useFormat();
  return (
    <Alert
      severity="warning"
      action={
        <Button color="inherit" onClick={onAsk} loading={isRunning} autoFocus>
          {t("desk.ask")}
        </Button>
      }
    >
      <Typography component="h2" variant="body1" sx={{ fontWeight: 650 }}>
        {t("desk.open")}
      </Typography>
      {t("desk.openHelp", {
        amount: format.money(pending.sale.amountMinor),
        household: pending.householdName,
      })}
    </Alert>
  );
}

/** Room or name, Enter, amount, Enter. */
export default function DeskPage() {
  const t = useT();
  const site = useSite();
  const problemText = useProblemText();
  const [params, setParams] = useSearchParams();
  const [done, setDone] = useState<Done | null>(null);
  const finder = useRef<HTMLInputElement>(null);
  const amount = useRef<HTMLInputElement>(null);
  const sale = useSale();

  const householdId = params.get("household");
  const household = useRow<Household>("households", householdId);
  const balance = useRow<Balance>("balances", householdId);
  const { data: board } = useRow<Board>("board", site.id);

  const choose = useCallback(
    (id: string | null) => {
      setDone(null);
      setParams(id === null ? {} : { household: id });
    },
    [setParams],
  );
  const buyer = household.data;
  const buyerName = buyer?.unitName ?? "";

  async function finish(attempt: Promise<Purchase | null>, wasOff: boolean) {
    const purchase = await attempt;
    if (purchase === null) return;
    setParams({ household: purchase.householdId });
    setDone({ purchase, wasOff });
  }
  function sell(fields: SaleFields) {
    if (buyer === undefined) return;
    const tile = board?.tiles.find((each) => each.householdId === buyer.id);
    void finish(sale.sell({ householdId: buyer.id, ...fields }, buyerName), isDark(tile));
  }

  return (
    <>
      <PageTitle title={t("desk.title")} />
      <TillBar />
      <Box
        sx={{
          display: "grid",
          gap: 2,
          alignItems: "start",
          gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(360px, 440px) minmax(0, 1fr)" },
        }}
      >
        <Paper variant="outlined" sx={{ p: 2.5, display: "grid", gap: 2 }}>
          {sale.pending !== null && done === null ? (
            <PendingNotice
              pending={sale.pending}
              isRunning={sale.isRunning}
              onAsk={() => void finish(sale.askAgain(), true)}
            />
          ) : householdId === null ? (
            <>
              <Typography variant="h1" component="h2">
                {t("desk.start")}
              </Typography>
              <HouseholdFinder inputRef={finder} onPick={choose} />
            </>
          ) : household.error ? (
            <>
              <LoadFailed error={household.error} />
              <Button onClick={() => choose(null)}>{t("desk.change")}</Button>
            </>
          ) : buyer === undefined ? (
            <Waiting rows={4} />
          ) : done !== null ? (
            <SaleDone
              purchase={done.purchase}
              household={buyer}
              buyerName={buyerName}
              wasOff={done.wasOff}
              onNext={() => choose(null)}
            />
          ) : (
            <>
              <Buyer household={buyer} balance={balance.data} onChange={() => choose(null)} />
              <SaleForm
                key={buyer.id}
                amountRef={amount}
                householdName={buyerName}
                balanceMinor={balance.data && (usableCredit(balance.data).amountMinor ?? undefined)}
                isRunning={sale.isRunning}
                onSell={sell}
              />
            </>
          )}
          {sale.problem !== null && done === null && (
            <Alert severity="error">{problemText(sale.problem)}</Alert>
          )}
        </Paper>
        <Box sx={{ display: "grid", gap: 2, minWidth: 0 }}>
          {buyer !== undefined && <HouseholdCards household={buyer} isAside />}
          <AdjustmentsSection />
          <TodaysSales />
        </Box>
      </Box>
    </>
  );
}
