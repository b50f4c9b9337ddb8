import DownloadIcon from "@mui/icons-material/FileDownloadOutlined";
import { Box, Button, Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useNotify, useRefresh } from "react-admin";
import { Link, useParams } from "react-router-dom";
import { Guarded, useMay } from "../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { ConfirmWithReason } from "../shared/confirm-with-reason.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Section } from "../shared/section.tsx";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { useNowMs } from "../shared/use-now.ts";
import { Waiting } from "../shared/waiting.tsx";
import type { Tariff, TariffVersionRow } from "./rows.ts";
import { RateLegend, SchemeWeek } from "./scheme-view.tsx";
import { useHouseholdCount } from "./tariff-list.tsx";
import { tariffPaintPath } from "./tariff-paths.ts";
import { useStoredDraft } from "./use-stored-draft.ts";
import { VersionTimeline } from "./version-timeline.tsx";

/** A version as a file, as the API's export writes it. */
function saveAsFile(name: string, { number, effectiveFrom, tariff }: TariffVersionRow): void {
  const file = { kind: "hallmeter-tariff", name, version: number, effectiveFrom, scheme: tariff };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2)], { type: "application/json" }));
  link.download = `${name}-${number}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

function WithdrawVersion({ tariff, number }: { tariff: Tariff; number: number }) {
  const t = useT();
  const notify = useNotify();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const { keyFor, settle } = useKeyedAct();
  const [isAsking, setAsking] = useState(false);
  async function withdraw(reason: string) {
    const body = { reason, expectedRevision: tariff.revision };
    const path = `/tariffs/${encodeURIComponent(tariff.id)}/versions/${number}/withdraw`;
    await dataProvider.act(path, body, keyFor([path, body]));
    settle();
    notify(t("tariffs.withdrawn", { number }), { type: "success" });
    refresh();
  }
  return (
    <>
      <Button size="small" variant="outlined" onClick={() => setAsking(true)}>
        {t("tariffs.withdraw")}
      </Button>
      {isAsking && (
        <ConfirmWithReason
          title={t("tariffs.withdrawTitle", { number })}
          help={t("tariffs.withdrawHelp")}
          confirmLabel={t("tariffs.withdraw")}
          maxLength={200}
          onConfirm={withdraw}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

function TariffView({ id }: { id: string }) {
  const t = useT();
  const may = useMay();
  const nowMs = useNowMs(60_000);
  const { data: tariff, error, refetch } = useRow<Tariff>("tariffs", id);
  const count = useHouseholdCount(id);
  const [draft] = useStoredDraft(id);
  const [chosen, setChosen] = useState<number | null>(null);
  if (error)
    return (
      <>
        <PageTitle title={t("tariffs.title")} />
        <LoadFailed error={error} retry={() => void refetch()} />
      </>
    );
  if (tariff === undefined) return <Waiting />;
  const version =
    tariff.versions.find(({ number }) => number === (chosen ?? tariff.version)) ?? tariff.versions[0];
  if (version === undefined) return null;
  const isComing = Date.parse(version.effectiveFrom) > nowMs && version.number !== tariff.version;
  return (
    <>
      <PageTitle title={tariff.name} />
      <Box sx={{ display: "grid", gap: 2 }}>
        <Section
          title={t("tariffs.versions")}
          aside={
            <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
              {count !== undefined && (
                <Typography variant="body2" color="textSecondary">
                  {t("tariffs.households", { smart_count: count })}
                </Typography>
              )}
              {may("tariffs.paint") && (
                <Button component={Link} to={tariffPaintPath(id)} variant="contained" size="small">
                  {t(draft === null ? "tariffs.paint" : "tariffs.continueDraft")}
                </Button>
              )}
            </Box>
          }
        >
          <VersionTimeline versions={tariff.versions} shown={version.number} onShow={setChosen} />
        </Section>
        <Section
          title={t("tariffs.versionNumber", { number: version.number })}
          aside={
            <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap" }}>
              {isComing && may("tariffs.paint") && (
                <WithdrawVersion tariff={tariff} number={version.number} />
              )}
              <Button
                size="small"
                startIcon={<DownloadIcon fontSize="small" />}
                onClick={() => saveAsFile(tariff.name, version)}
              >
                {t("tariffs.export")}
              </Button>
            </Box>
          }
        >
          <Box sx={{ display: "grid", gap: 2 }}>
            {version.reason !== undefined && (
              <Typography variant="body2" color="textSecondary">
                {t("tariffs.reasonBy", { reason: version.reason, name: version.by?.name ?? "—" })}
              </Typography>
            )}
            <RateLegend scheme={version.tariff} />
            <SchemeWeek key={version.number} scheme={version.tariff} name={tariff.name} />
            <Typography variant="caption" color="textSecondary">
              {t("tariffs.neverPast")}
            </Typography>
          </Box>
        </Section>
      </Box>
    </>
  );
}

export default function TariffPage() {
  const { id = "" } = useParams();
  return (
    <Guarded right="tariffs.list">
      <TariffView key={id} id={id} />
    </Guarded>
  );
}
