import { Alert, Box, Button, DialogContentText } from "@mui/material";
import { useState } from "react";
import { useDataProvider } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { ConfirmAct } from "../shared/confirm-act.tsx";
import { ConfirmWithReason } from "../shared/confirm-with-reason.tsx";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { mayApprove } from "./refund-stage.ts";
import type { Refund } from "./rows.ts";
import { useUserId } from "./use-user-id.ts";

const MAX_REASON_LENGTH = 200;

const pathOf = (refund: Refund, act: string) => `/refunds/${encodeURIComponent(refund.id)}/${act}`;

/** Approve or reject; who asked for it may only take it back where two people are wanted. */
export function Decision({ refund, onDecided }: { refund: Refund; onDecided: () => void }) {
  const t = useT();
  const format = useFormat();
  const userId = useUserId();
  const act = useKeyedAct();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [asking, setAsking] = useState<"approve" | "reject" | null>(null);
  const canApprove = userId !== "" && mayApprove(refund, userId);
  const isMine = refund.proposedBy.id === userId;
  const amount = format.money(refund.totalMinor);
  const smart_count = refund.householdIds.length;

  async function decide(what: "approve" | "reject", body: object) {
    const path = pathOf(refund, what);
    await dataProvider.act(path, body, act.keyFor({ path, body }));
    act.settle();
    onDecided();
  }

  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      {!canApprove && <Alert severity="info">{t("refunds.notByYou")}</Alert>}
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap" }}>
        {canApprove && (
          <Button variant="contained" onClick={() => setAsking("approve")}>
            {t("refunds.approve", { amount })}
          </Button>
        )}
        <Button variant="outlined" color="error" onClick={() => setAsking("reject")}>
          {t(isMine ? "refunds.withdraw" : "refunds.reject")}
        </Button>
      </Box>
      {asking === "approve" && (
        <ConfirmAct
          title={t("refunds.approveTitle", { amount, smart_count })}
          confirmLabel={t("refunds.approve", { amount })}
          onConfirm={() => decide("approve", {})}
          onClose={() => setAsking(null)}
        >
          <DialogContentText>{t("refunds.approveHelp")}</DialogContentText>
        </ConfirmAct>
      )}
      {asking === "reject" && (
        <ConfirmWithReason
          title={t(isMine ? "refunds.withdrawTitle" : "refunds.rejectTitle")}
          help={t("refunds.rejectHelp")}
          confirmLabel={t(isMine ? "refunds.withdraw" : "refunds.reject")}
          color="error"
          maxLength={MAX_REASON_LENGTH}
          onConfirm={(reason) => decide("reject", { reason })}
          onClose={() => setAsking(null)}
        />
      )}
    </Box>
  );
}

/** Lets households go that owe money: a second person's word, never that of who asked. */
export function AcceptDebts({ refund, onDecided }: { refund: Refund; onDecided: () => void }) {
  const t = useT();
  const userId = useUserId();
  const act = useKeyedAct();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [isAsking, setIsAsking] = useState(false);
  if (refund.proposedBy.id === userId) return <Alert severity="info">{t("refunds.debtsNotByYou")}</Alert>;
  return (
    <Box>
      <Button size="small" variant="outlined" onClick={() => setIsAsking(true)}>
        {t("refunds.acceptDebts")}
      </Button>
      {isAsking && (
        <ConfirmWithReason
          title={t("refunds.acceptDebts")}
          help={t("refunds.acceptDebtsHelp")}
          confirmLabel={t("refunds.acceptDebts")}
          color="warning"
          maxLength={MAX_REASON_LENGTH}
          onConfirm={async (reason) => {
            const path = pathOf(refund, "accept-debts");
            await dataProvider.act(path, { reason }, act.keyFor({ path, reason }));
            act.settle();
            onDecided();
          }}
          onClose={() => setIsAsking(false)}
        />
      )}
    </Box>
  );
}
