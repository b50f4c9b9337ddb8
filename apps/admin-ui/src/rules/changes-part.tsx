import { Box, Button, Paper, Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useGetList, useNotify, useRefresh } from "react-admin";
import { useMay } from "../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { ConfirmWithReason } from "../shared/confirm-with-reason.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { Waiting } from "../shared/waiting.tsx";
import type { RuleChangeOutcome, RuleChangeRow } from "./rows.ts";

/** Who changed rules of many circuits, why, and the way back. */
export function ChangesPart() {
  const t = useT();
  const may = useMay();
  const site = useSite();
  const format = useFormat();
  const notify = useNotify();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const { keyFor, settle } = useKeyedAct();
  const [undoing, setUndoing] = useState<string | null>(null);
  const { data, error, refetch } = useGetList<RuleChangeRow>("rule-changes", {
    pagination: { page: 1, perPage: 50 },
    sort: { field: "at", order: "DESC" },
    filter: { siteId: site.id },
  });

  async function undo(reason: string): Promise<void> {
    const path = `/rule-changes/${encodeURIComponent(undoing ?? "")}/undo`;
    const { done, failed } = await dataProvider.act<RuleChangeOutcome>(
      path,
      { reason },
      keyFor([path, reason]),
    );
    settle();
    if (failed.length === 0) notify(t("rules.tookBack", { smart_count: done.length }), { type: "success" });
    else notify(t("rules.partly", { done: done.length, failed: failed.length }), { type: "warning" });
    refresh();
  }

  if (error) return <LoadFailed error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Waiting rows={5} />;
  if (data.length === 0) return <EmptyState title={t("rules.noChanges")} help={t("rules.noChangesHelp")} />;
  return (
    <>
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 1 }}>
        {data.map((change) => (
          <Paper
            key={change.id}
            component="li"
            variant="outlined"
            sx={{ p: 1.5, display: "flex", gap: 2, alignItems: "center", flexWrap: "wrap" }}
          >
            <Box sx={{ flex: 1, minWidth: 220 }}>
              <Typography sx={{ fontWeight: 650 }}>
                {change.undoOf === undefined
                  ? change.rules.map((rule) => t(`rules.kind.${rule}`)).join(", ")
                  : t("rules.undoOf")}
                {" · "}
                {t("rules.circuits", { smart_count: change.circuits })}
              </Typography>
              <Typography variant="body2" color="textSecondary">
                {format.dateTime(change.at)} · {change.by.name} · {change.reason}
              </Typography>
            </Box>
            {change.undoneBy !== undefined && <Chip color="vacant">{t("rules.undone")}</Chip>}
            {change.undoneBy === undefined && may("rules.change") && (
              <Button size="small" variant="outlined" onClick={() => setUndoing(change.id)}>
                {t("rules.undo")}
              </Button>
            )}
          </Paper>
        ))}
      </Box>
      {undoing !== null && (
        <ConfirmWithReason
          title={t("rules.undoTitle")}
          help={t("rules.undoHelp")}
          confirmLabel={t("rules.undo")}
          onConfirm={undo}
          onClose={() => setUndoing(null)}
        />
      )}
    </>
  );
}
