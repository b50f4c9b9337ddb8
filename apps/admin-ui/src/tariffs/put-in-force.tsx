import {
  Alert,
  Box,
  Button,
  FormControlLabel,
  Radio,
  RadioGroup,
  TextField,
  Typography,
} from "@mui/material";
import { useState } from "react";
import { useDataProvider, useNotify, useRefresh } from "react-admin";
import { useNavigate } from "react-router-dom";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { ConfirmWithReason } from "../shared/confirm-with-reason.tsx";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { useNowMs } from "../shared/use-now.ts";
import type { Tariff } from "./rows.ts";
import { schemeOf, type TariffDraft } from "./tariff-draft.ts";
import { useHouseholdCount } from "./tariff-list.tsx";
import { tariffPath } from "./tariff-paths.ts";
import { STARTS, type StartKind, startMs } from "./version-start.ts";

const isStart = (text: string): text is StartKind => (STARTS as readonly string[]).includes(text);

/** Chooses the instant, asks why, and puts the draft in force; nothing is shown as done before the server says so. */
export function PutInForce({
  tariff,
  name,
  draft,
  isReady,
  onDone,
}: {
  /** Null for a tariff that is not there yet. */
  tariff: Tariff | null;
  name: string;
  draft: TariffDraft;
  isReady: boolean;
  onDone: () => void;
}) {
  const t = useT();
  const format = useFormat();
  const { id: siteId, timeZone } = useSite();
  const nowMs = useNowMs(30_000);
  const notify = useNotify();
  const refresh = useRefresh();
  const navigate = useNavigate();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const { keyFor, settle } = useKeyedAct();
  const count = useHouseholdCount(tariff?.id ?? null);
  const [kind, setKind] = useState<StartKind>("month");
  const [wallTime, setWallTime] = useState("");
  const [isAsking, setAsking] = useState(false);
  const atMs = startMs({ kind, wallTime }, nowMs, timeZone);
  const isPast = kind === "at" && atMs !== null && atMs < nowMs;
  const number =
    Math.max(0, ...[...(tariff?.versions ?? []), ...(tariff?.withdrawn ?? [])].map((v) => v.number)) + 1;
  const time = (ms: number) => `${format.date(ms)} ${format.time(ms)}`;

  async function put(reason: string): Promise<void> {
    const effectiveFrom =
      kind === "now" || atMs === null ? {} : { effectiveFrom: new Date(atMs).toISOString() };
    const scheme = { tariff: schemeOf(draft), ...effectiveFrom };
    const [path, body] =
      tariff === null
        ? ["/tariffs", { siteId, name, ...scheme }]
        : [
            `/tariffs/${encodeURIComponent(tariff.id)}/versions`,
            { ...scheme, expectedRevision: tariff.revision, reason },
          ];
    const done = await dataProvider.act<Tariff>(path, body, keyFor([path, body]));
    settle();
    notify(t("tariffs.done", { number, name }), { type: "success" });
    onDone();
    refresh();
    navigate(tariffPath(done.id));
  }

  const choice = (value: StartKind, label: string) => {
    const ms = value === "at" ? null : startMs({ kind: value, wallTime }, nowMs, timeZone);
    return (
      <FormControlLabel
        value={value}
        control={<Radio size="small" />}
        label={
          <Typography variant="body2" sx={{ fontVariantNumeric: "tabular-nums" }}>
            {label}
            {ms !== null && value !== "now" && ` · ${time(ms)}`}
          </Typography>
        }
      />
    );
  };
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <RadioGroup
        aria-label={t("tariffs.effective")}
        value={kind}
        onChange={(event) => isStart(event.target.value) && setKind(event.target.value)}
      >
        {choice("month", t("tariffs.startMonth"))}
        {choice("midnight", t("tariffs.startMidnight"))}
        {choice("now", t("tariffs.startNow"))}
        {choice("at", t("tariffs.startAt"))}
      </RadioGroup>
      {kind === "at" && (
        <TextField
          size="small"
          type="datetime-local"
          label={t("tariffs.startAt")}
          value={wallTime}
          error={isPast}
          helperText={isPast ? t("tariffs.inThePast") : timeZone}
          onChange={(event) => setWallTime(event.target.value)}
          slotProps={{ inputLabel: { shrink: true } }}
        />
      )}
      <Alert severity="info" icon={false}>
        {t("tariffs.neverPast")}
      </Alert>
      <Button
        variant="contained"
        disabled={!isReady || atMs === null || isPast}
        onClick={() => setAsking(true)}
      >
        {t("tariffs.putInForce")}
      </Button>
      {isAsking && atMs !== null && (
        <ConfirmWithReason
          title={
            tariff === null ? t("tariffs.confirmNew", { name }) : t("tariffs.confirmTitle", { number, name })
          }
          help={
            tariff === null
              ? t("tariffs.confirmNewHelp", { time: time(atMs) })
              : t("tariffs.confirmHelp", {
                  time: time(atMs),
                  households: t("tariffs.households", { smart_count: count ?? 0 }),
                })
          }
          confirmLabel={t("tariffs.putInForce")}
          reasonRequired={tariff !== null}
          maxLength={200}
          onConfirm={put}
          onClose={() => setAsking(false)}
        />
      )}
    </Box>
  );
}
