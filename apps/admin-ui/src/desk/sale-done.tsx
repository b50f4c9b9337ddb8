import CheckIcon from "@mui/icons-material/CheckCircle";
import { Alert, Box, Button, CircularProgress, Typography } from "@mui/material";
import { useQueries } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useDataProvider } from "react-admin";
import type { Balance, Household, Purchase, Why } from "../api/rows.ts";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { powerOutcome } from "./power-outcome.ts";
import { ReceiptButton } from "./receipt-button.tsx";

/** A person waits at the desk: the relay is looked at this often until it is seen closed. */
const WATCH_MS = 700;
/** A cut circuit is closed and confirmed within 3 s on a healthy bus; far beyond that something needs a look. */
const SLOW_AFTER_MS = 20_000;

/** Tells how the power comes back, from the holds and the relay that the gateway reports. */
function PowerProgress({ household, wasOff }: { household: Household; wasOff: boolean }) {
  const t = useT();
  const format = useFormat();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [isSlow, setIsSlow] = useState(false);
  const [wasDark, setWasDark] = useState(wasOff);
  useEffect(() => {
    const timer = setTimeout(() => setIsSlow(true), SLOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);

  const whys = useQueries({
    queries: household.circuitIds.map((id) => ({
      queryKey: ["why", "getOne", { id, meta: undefined }],
      queryFn: async () => (await dataProvider.getOne<Why>("why", { id })).data,
      refetchInterval: WATCH_MS,
    })),
  }).flatMap(({ data }) => data ?? []);
  if (household.circuitIds.length === 0) return null;

  const isKnown = whys.length === household.circuitIds.length;
  const outcome = isKnown ? powerOutcome(whys) : { kind: "waiting" as const };
  // A cut that nobody had seen before the sale shows itself after it.
  if (isKnown && outcome.kind === "waiting" && !wasDark) setWasDark(true);
  if (outcome.kind === "on")
    return (
      <Alert severity="success" role="status" icon={<CheckIcon />}>
        {wasDark && outcome.at !== null
          ? t("desk.power.on", { time: format.clock(outcome.at) })
          : t("desk.power.wasOn")}
      </Alert>
    );
  if (outcome.kind === "stays")
    return (
      <Alert severity="warning" role="status">
        {t("desk.power.stays", { reason: t(`hold.kind.${outcome.hold.kind}`) })}
      </Alert>
    );
  return (
    <Alert severity="info" role="status" icon={<CircularProgress size={18} aria-hidden />}>
      {isSlow ? t("desk.power.slow") : t("desk.power.waiting")}
    </Alert>
  );
}

interface Props {
  purchase: Purchase;
  household: Household;
  buyerName: string;
  /** The power was off before the sale. */
  wasOff: boolean;
  onNext: () => void;
}

/** The sale is in the ledger; what is left is the receipt, and the light. */
export function SaleDone({ purchase, household, buyerName, wasOff, onNext }: Props) {
  const t = useT();
  const format = useFormat();
  const next = useRef<HTMLButtonElement>(null);
  // What is left counts the use since midnight too, which the ledger's balance after the sale does not know yet.
  const { data: balance, dataUpdatedAt } = useRow<Balance>("balances", household.id);
  const [shownAtMs] = useState(() => Date.now());
  const isFresh = dataUpdatedAt >= shownAtMs;
  useEffect(() => next.current?.focus(), []);
  return (
    <Box sx={{ display: "grid", gap: 2 }}>
      <Box role="status" sx={{ display: "grid", gap: 0.5 }}>
        <Typography variant="h1" component="h2" sx={{ display: "flex", gap: 1, alignItems: "center" }}>
          <CheckIcon color="success" aria-hidden />
          {t("desk.done", { amount: format.money(purchase.amountMinor), household: buyerName })}
        </Typography>
        <Typography variant="body2">
          {isFresh &&
            balance?.creditPlace === "server" &&
            `${t("desk.doneBalance", { amount: format.money(balance.liveMinor) })} · `}
          {purchase.delivery !== "server" && `${t(`desk.delivery.${purchase.delivery}`)} · `}
          {t("desk.receiptNumber", { number: purchase.receiptNumber })}
        </Typography>
      </Box>
      <PowerProgress household={household} wasOff={wasOff} />
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap" }}>
        <Button ref={next} variant="contained" onClick={onNext}>
          {t("desk.next")}
        </Button>
        <ReceiptButton purchase={purchase} />
      </Box>
    </Box>
  );
}
