import { Box, Button, Paper, Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useGetList, useNotify, useRefresh } from "react-admin";
import type { Building } from "../api/rows.ts";
import { useMay } from "../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { ChoiceField } from "../shared/choice-field.tsx";
import { ConfirmWithReason } from "../shared/confirm-with-reason.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { useNowMs } from "../shared/use-now.ts";
import { useProblemText } from "../shared/use-problem-text.ts";
import { Waiting } from "../shared/waiting.tsx";
import type { Campaign } from "./rows.ts";

/** The API takes at most a day. */
const MINUTES = [15, 30, 60, 120, 240, 480] as const;
const MINUTE_MS = 60_000;
const WHOLE = "";

/** Load shedding: what runs and what was, and a new one. */
export function SheddingPart() {
  const t = useT();
  const may = useMay();
  const site = useSite();
  const format = useFormat();
  const notify = useNotify();
  const refresh = useRefresh();
  const problemText = useProblemText();
  const nowMs = useNowMs(10_000);
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const { keyFor, settle } = useKeyedAct();
  const [isAsking, setAsking] = useState(false);
  const [minutes, setMinutes] = useState<number>(30);
  const [buildingId, setBuildingId] = useState(WHOLE);
  const { data, error, refetch } = useGetList<Campaign>("campaigns", {
    pagination: { page: 1, perPage: 25 },
    sort: { field: "startsAt", order: "DESC" },
    filter: { siteId: site.id },
  });
  const { data: buildings = [] } = useGetList<Building>("buildings", {
    pagination: { page: 1, perPage: 200 },
    sort: { field: "name", order: "ASC" },
    filter: { siteId: site.id },
  });
  const mayRun = may("campaigns.run");

  async function shed(name: string): Promise<void> {
    const intent = { siteId: site.id, name, minutes, ...(buildingId !== WHOLE && { buildingId }) };
    const { minutes: lasts, ...body } = intent;
    const endsAt = new Date(Math.ceil(nowMs / MINUTE_MS) * MINUTE_MS + lasts * MINUTE_MS).toISOString();
    const wanted = { ...body, endsAt };
    const done = await dataProvider.act<Campaign>("/campaigns", wanted, keyFor(wanted));
    settle();
    notify(t("rules.shedDone", { smart_count: done.circuitIds.length }), { type: "success" });
    refresh();
  }
  async function end(id: string): Promise<void> {
    try {
      const path = `/campaigns/${encodeURIComponent(id)}/end`;
      await dataProvider.act(path, {}, keyFor(path));
      settle();
      notify(t("rules.ended"), { type: "success" });
      refresh();
    } catch (problem) {
      notify(problemText(problem), { type: "error" });
    }
  }

  return (
    <Box sx={{ display: "grid", gap: 2 }}>
      <Box sx={{ display: "flex", gap: 2, alignItems: "center", flexWrap: "wrap" }}>
        <Typography variant="body2" color="textSecondary" sx={{ flex: "1 1 280px" }}>
          {t("rules.sheddingHelp")}
        </Typography>
        {mayRun && (
          <Button variant="contained" color="warning" onClick={() => setAsking(true)}>
            {t("rules.shed")}
          </Button>
        )}
      </Box>
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Waiting rows={3} />}
      {data?.length === 0 && <EmptyState title={t("rules.noCampaigns")} help={t("rules.noCampaignsHelp")} />}
      {data !== undefined && data.length > 0 && (
        <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 1 }}>
          {data.map((campaign) => {
            const isRunning = Date.parse(campaign.endsAt) > nowMs;
            return (
              <Paper
                key={campaign.id}
                component="li"
                variant="outlined"
                sx={{ p: 1.5, display: "flex", gap: 2, alignItems: "center", flexWrap: "wrap" }}
              >
                <Box sx={{ flex: 1, minWidth: 200 }}>
                  <Typography sx={{ fontWeight: 650 }}>{campaign.name}</Typography>
                  <Typography variant="body2" color="textSecondary">
                    {format.dateTime(campaign.startsAt)} – {format.dateTime(campaign.endsAt)} ·{" "}
                    {t("rules.circuits", { smart_count: campaign.circuitIds.length })} · {campaign.by.name}
                  </Typography>
                </Box>
                {isRunning && mayRun && (
                  <Button size="small" variant="outlined" onClick={() => void end(campaign.id)}>
                    {t("rules.endShed")}
                  </Button>
                )}
              </Paper>
            );
          })}
        </Box>
      )}
      {isAsking && (
        <ConfirmWithReason
          title={t("rules.shedTitle")}
          help={t("rules.shedHelp")}
          reasonLabel={t("rules.shedWhat")}
          confirmLabel={t("rules.shed")}
          color="warning"
          maxLength={120}
          onConfirm={shed}
          onClose={() => setAsking(false)}
        >
          <ChoiceField
            label={t("rules.shedCircuits")}
            value={buildingId}
            choices={[
              { value: WHOLE, label: t("rules.whole") },
              ...buildings.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            onChange={setBuildingId}
          />
          <ChoiceField
            label={t("rules.shedFor")}
            value={minutes}
            choices={MINUTES.map((value) => ({ value, label: t("rules.minutes", { smart_count: value }) }))}
            onChange={setMinutes}
          />
        </ConfirmWithReason>
      )}
    </Box>
  );
}
