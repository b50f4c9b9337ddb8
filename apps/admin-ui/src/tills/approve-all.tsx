import { Button, LinearProgress, Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useGetIdentity, useGetList, useNotify, useRefresh } from "react-admin";
import { newIdempotencyKey } from "../api/request.ts";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { ConfirmAct } from "../shared/confirm-act.tsx";
import type { Adjustment } from "./rows.ts";

/** What the API lists at once; more is approved in rounds. */
const MOST_AT_ONCE = 1000;

/** A file of opening balances is one decision: all that others have asked for, one after another. Nothing where it is one only. */
export function ApproveAll() {
  const t = useT();
  const format = useFormat();
  const site = useSite();
  const notify = useNotify();
  const refresh = useRefresh();
  const { data: me } = useGetIdentity();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [isAsking, setAsking] = useState(false);
  const [done, setDone] = useState(0);
  const { data } = useGetList<Adjustment>("adjustments", {
    pagination: { page: 1, perPage: MOST_AT_ONCE },
    sort: { field: "proposedAt", order: "ASC" },
    filter: { siteId: site.id, state: "proposed" },
  });
  const others = (data ?? []).filter(({ proposedBy }) => proposedBy.id !== me?.id);
  if (!isAsking && others.length < 2) return null;

  async function approve() {
    setDone(0);
    for (const [index, { id }] of others.entries()) {
      // Approved twice it is refused by its state, and posted once.
      await dataProvider.act(`/adjustments/${encodeURIComponent(id)}/approve`, {}, newIdempotencyKey());
      setDone(index + 1);
    }
    notify(t("tills.allApproved", { smart_count: others.length }), { type: "success" });
    refresh();
  }

  const label = t("tills.approveAll", { smart_count: others.length });
  return (
    <>
      <Button size="small" variant="outlined" onClick={() => setAsking(true)}>
        {label}
      </Button>
      {isAsking && (
        <ConfirmAct title={label} confirmLabel={label} onConfirm={approve} onClose={() => setAsking(false)}>
          <Typography>
            {t("tills.approveAllHelp", {
              smart_count: others.length,
              amount: format.signedMoney(others.reduce((sum, { amountMinor }) => sum + amountMinor, 0)),
            })}
          </Typography>
          {done > 0 && (
            <LinearProgress
              variant="determinate"
              value={(done / Math.max(others.length, 1)) * 100}
              aria-label={label}
            />
          )}
        </ConfirmAct>
      )}
    </>
  );
}
