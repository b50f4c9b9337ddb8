import { Alert, Button } from "@mui/material";
import { useState } from "react";
import { type RaRecord, useDataProvider, useGetList, useNotify, useRefresh } from "react-admin";
import type { Alarm } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { ConfirmWithReason } from "../shared/confirm-with-reason.tsx";
import { useKeyedAct } from "../shared/use-keyed-act.ts";

const DECISIONS = ["go-on", "never-mind"] as const;
type Decision = (typeof DECISIONS)[number];

/** Many cuts for credit wait for a person (S6): a tariff, clock or ratio mistake looks like this. Nothing where none wait. */
export function PausedCuts() {
  const t = useT();
  const may = useMay();
  const site = useSite();
  const notify = useNotify();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const { keyFor, settle } = useKeyedAct();
  const [decision, setDecision] = useState<Decision | null>(null);
  const { data: alarms = [] } = useGetList<Alarm>("alarms", {
    pagination: { page: 1, perPage: 1 },
    sort: { field: "raisedAt", order: "DESC" },
    filter: { siteId: site.id, kind: "bulk-cut-paused", state: ["raised", "acknowledged", "shelved"] },
  });
  const [alarm] = alarms;
  const { data: gateways = [] } = useGetList<RaRecord>(
    "gateways",
    {
      pagination: { page: 1, perPage: 100 },
      sort: { field: "name", order: "ASC" },
      filter: { siteId: site.id },
    },
    { enabled: alarm !== undefined },
  );
  if (alarm === undefined) return null;

  /** Each gateway answers for the cuts that wait in it; one without any has nothing to do. */
  async function answer(reason: string): Promise<void> {
    const body = { decision, reason };
    for (const { id } of gateways) {
      const path = `/gateways/${encodeURIComponent(String(id))}/bulk-answers`;
      // A key for each gateway under one intent: pressed again after a failure, those that have heard it hear the same.
      await dataProvider.act(path, body, `${keyFor(body)}-${id}`);
    }
    settle();
    notify(t("rules.paused.answered"), { type: "success" });
    refresh();
  }

  return (
    <>
      <Alert
        severity="error"
        sx={{ mb: 2 }}
        action={
          may("cuts.answer") &&
          DECISIONS.map((each) => (
            <Button key={each} color="inherit" size="small" onClick={() => setDecision(each)}>
              {t(`rules.paused.${each}`)}
            </Button>
          ))
        }
      >
        {t("rules.paused.waiting", { smart_count: Number(alarm.params.due ?? 0) })}
      </Alert>
      {decision !== null && (
        <ConfirmWithReason
          title={t(`rules.paused.${decision}`)}
          help={t(decision === "go-on" ? "rules.paused.goOnHelp" : "rules.paused.neverMindHelp")}
          confirmLabel={t(`rules.paused.${decision}`)}
          color={decision === "go-on" ? "error" : "primary"}
          onConfirm={answer}
          onClose={() => setDecision(null)}
        />
      )}
    </>
  );
}
