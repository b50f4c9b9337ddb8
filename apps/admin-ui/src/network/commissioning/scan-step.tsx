import { Alert, Box, Button, LinearProgress, TextField, Typography } from "@mui/material";
import { type FormEvent, useState } from "react";
import { useDataProvider } from "react-admin";
import type { Bus, Circuit } from "../../api/rows.ts";
import { profileText, variantText } from "../../circuits/meter-names.ts";
import type { ConsoleDataProvider } from "../../data/data-provider.ts";
import { useRow } from "../../data/use-row.ts";
import { useConsoleLocale, useT } from "../../i18n/use-t.ts";
import { useFormat } from "../../layout/site-context.tsx";
import { EmptyState } from "../../shared/empty-state.tsx";
import { LoadFailed } from "../../shared/load-failed.tsx";
import { Chip } from "../../shared/state-chip.tsx";
import { useNowMs } from "../../shared/use-now.ts";
import { useProblemText } from "../../shared/use-problem-text.ts";
import { Waiting } from "../../shared/waiting.tsx";
import { detailText } from "../detail-text.ts";
import type { BusScanRow } from "../rows.ts";

/** Beside the stream: whether a gateway fell silent is known by the clock alone. */
const REREAD_MS = 3000;
const LAST_ADDRESS = 247;

/** A range, a scan, and who answered. */
export function ScanStep({ bus, circuits }: { bus: Bus; circuits: readonly Circuit[] }) {
  const t = useT();
  const format = useFormat();
  const nowMs = useNowMs(60_000);
  const locale = useConsoleLocale();
  const problemText = useProblemText();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [from, setFrom] = useState("1");
  const [to, setTo] = useState(String(LAST_ADDRESS));
  const [isAsking, setIsAsking] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [isWaiting, setIsWaiting] = useState(false);
  const { data, error, refetch } = useRow<BusScanRow>("bus-scans", bus.id, {
    refetchInterval: isWaiting ? REREAD_MS : false,
  });
  const scan = data?.scan ?? null;
  const isUnderWay = scan?.state === "asked" || scan?.state === "running";
  if (isUnderWay !== isWaiting) setIsWaiting(isUnderWay);

  const ask = async (path: "scan" | "scan/stop", body?: object) => {
    setIsAsking(true);
    setProblem(null);
    try {
      await dataProvider.change("POST", `/buses/${encodeURIComponent(bus.id)}/${path}`, body);
      await refetch();
    } catch (failure) {
      setProblem(failure);
    } finally {
      setIsAsking(false);
    }
  };
  const start = (event: FormEvent) => {
    event.preventDefault();
    void ask("scan", { from: Number(from), to: Number(to) });
  };
  const bounds = { min: 1, max: LAST_ADDRESS, style: { textAlign: "right" } } as const;

  return (
    <Box sx={{ display: "grid", gap: 2 }}>
      <Box
        component="form"
        onSubmit={start}
        sx={{ display: "flex", flexWrap: "wrap", gap: 1.5, alignItems: "center" }}
      >
        <TextField
          type="number"
          required
          label={t("commissioning.from")}
          value={from}
          onChange={(event) => setFrom(event.target.value)}
          slotProps={{ htmlInput: bounds }}
          sx={{ width: 104 }}
        />
        <TextField
          type="number"
          required
          label={t("commissioning.to")}
          value={to}
          onChange={(event) => setTo(event.target.value)}
          slotProps={{ htmlInput: bounds }}
          sx={{ width: 104 }}
        />
        {isUnderWay ? (
          <Button variant="outlined" color="error" onClick={() => void ask("scan/stop")} loading={isAsking}>
            {t("commissioning.stop")}
          </Button>
        ) : (
          <Button type="submit" variant={scan === null ? "contained" : "outlined"} loading={isAsking}>
            {t(scan === null ? "commissioning.start" : "commissioning.again")}
          </Button>
        )}
        <Typography variant="body2" color="textSecondary" sx={{ flexBasis: "100%" }}>
          {t("commissioning.rangeHelp")}
        </Typography>
      </Box>
      {problem !== null && <Alert severity="error">{problemText(problem)}</Alert>}
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Waiting rows={3} />}
      {scan !== null && (
        <Box sx={{ display: "grid", gap: 1 }}>
          <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap", alignItems: "baseline" }} role="status">
            <strong>{t(`commissioning.state.${scan.state}`)}</strong>
            <Typography variant="body2" sx={{ fontVariantNumeric: "tabular-nums" }}>
              {t("commissioning.progress", {
                asked: format.integer(scan.asked),
                total: format.integer(scan.total),
                found: format.integer(scan.found.length),
              })}
            </Typography>
            <Typography variant="caption" color="textSecondary" sx={{ ml: "auto" }}>
              {t("commissioning.scannedBy", { name: scan.by.name, time: format.moment(scan.askedAt, nowMs) })}
            </Typography>
          </Box>
          <LinearProgress
            aria-label={t(`commissioning.state.${scan.state}`)}
            {...(isUnderWay && scan.total === 0
              ? { variant: "indeterminate" as const }
              : {
                  variant: "determinate" as const,
                  value: scan.total === 0 ? 0 : Math.min(100, (scan.asked * 100) / scan.total),
                })}
          />
          {scan.detail !== null && <Alert severity="error">{detailText(scan.detail, locale)}</Alert>}
          {scan.found.length === 0 && !isUnderWay && scan.detail === null && (
            <EmptyState dense title={t("commissioning.nobody")} help={t("commissioning.nobodyHelp")} />
          )}
        </Box>
      )}
      {scan !== null && scan.found.length > 0 && <FoundUnits found={scan.found} circuits={circuits} />}
    </Box>
  );
}

function FoundUnits({
  found,
  circuits,
}: {
  found: NonNullable<BusScanRow["scan"]>["found"];
  circuits: readonly Circuit[];
}) {
  const t = useT();
  return (
    <Box
      component="ul"
      aria-label={t("commissioning.found")}
      sx={{
        m: 0,
        p: 0,
        listStyle: "none",
        display: "grid",
        gap: 1,
        gridTemplateColumns: "repeat(auto-fill, minmax(230px, 1fr))",
      }}
    >
      {found.map(({ unitId, state, fits }) => {
        const known = circuits.filter(({ unitAddress }) => unitAddress === unitId);
        const [guess] = fits;
        const more = fits.length - 1;
        return (
          <Box
            component="li"
            key={unitId}
            sx={{ p: 1.25, border: 1, borderColor: "divider", borderRadius: 1, display: "grid", gap: 0.5 }}
          >
            <Box sx={{ display: "flex", gap: 1, alignItems: "center" }}>
              <Typography component="strong" sx={{ fontWeight: 700, fontVariantNumeric: "tabular-nums" }}>
                {unitId}
              </Typography>
              <Chip color={state === "unclear" ? "alarm" : known.length > 0 ? "on" : "switching"}>
                {state === "unclear"
                  ? t("commissioning.unclear")
                  : known.length > 0
                    ? t("commissioning.knownAlready", { names: known.map(({ name }) => name).join(", ") })
                    : t("commissioning.newUnits", { smart_count: 1 })}
              </Chip>
            </Box>
            <Typography variant="caption" color="textSecondary">
              {state === "unclear"
                ? t("commissioning.unclearHelp")
                : guess === undefined
                  ? t("commissioning.noFit")
                  : `${t("commissioning.fits")} ${profileText(guess.profile, t)} · ${variantText(guess.variant, t)}${more > 0 ? ` (+${more})` : ""}`}
            </Typography>
          </Box>
        );
      })}
    </Box>
  );
}
