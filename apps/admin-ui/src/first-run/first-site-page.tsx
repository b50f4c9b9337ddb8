import { Alert, Autocomplete, Box, Button, Paper, TextField, Typography } from "@mui/material";
import { type FormEvent, useState } from "react";
import { useCreate, useRefresh } from "react-admin";
import { Navigate, useLocation } from "react-router-dom";
import type { Site } from "../api/rows.ts";
import { useConsoleLocale, useT } from "../i18n/use-t.ts";
import { useProblemText } from "../shared/use-problem-text.ts";
import { FIRST_RUN_PATH } from "./first-run-offer.tsx";

const TIME_ZONES = Intl.supportedValuesOf("timeZone");

/** Name, time zone and currency of a property. */
function NewSite() {
  const t = useT();
  const refresh = useRefresh();
  const problemText = useProblemText();
  const locale = useConsoleLocale();
  const [create, { isPending, error }] = useCreate<Site>();
  const [name, setName] = useState("");
  const [timeZone, setTimeZone] = useState(Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [currency, setCurrency] = useState(locale === "zh" ? "CNY" : "EUR");
  async function submit(event: FormEvent) {
    event.preventDefault();
    const data = { name: name.trim(), timeZone, currency: currency.trim().toUpperCase() };
    const made = await create("sites", { data }, { returnPromise: true }).catch(() => undefined);
    if (made !== undefined) refresh();
  }
  return (
    <Box component="form" onSubmit={submit} sx={{ display: "grid", gap: 2 }}>
      <TextField
        required
        label={t("firstRun.site.name")}
        value={name}
        onChange={(event) => setName(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 120 } }}
      />
      <Autocomplete
        disableClearable
        options={TIME_ZONES}
        value={timeZone}
        onChange={(_event, zone) => setTimeZone(zone)}
        renderInput={(params) => <TextField {...params} required label={t("firstRun.site.timeZone")} />}
      />
      <TextField
        required
        label={t("firstRun.site.currency")}
        helperText={t("firstRun.site.currencyHelp")}
        value={currency}
        onChange={(event) => setCurrency(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 3 } }}
      />
      {error != null && <Alert severity="error">{problemText(error)}</Alert>}
      <Box>
        <Button type="submit" variant="contained" loading={isPending} disabled={name.trim() === ""}>
          {t("firstRun.site.add")}
        </Button>
      </Box>
    </Box>
  );
}

/**
 * What an administrator of an empty system sees: the first of everything is a site. It stands at the address of the set-up, so that
 * nothing has to move when the site is there: that move would race with the home page, which moves on by itself.
 */
export default function FirstSitePage() {
  const t = useT();
  const { pathname } = useLocation();
  if (pathname !== FIRST_RUN_PATH) return <Navigate to={FIRST_RUN_PATH} replace />;
  return (
    <Box component="main" sx={{ display: "grid", placeItems: "center", minHeight: "100vh", p: 2 }}>
      <Paper
        variant="outlined"
        sx={{ p: { xs: 2, sm: 4 }, width: "100%", maxWidth: 560, display: "grid", gap: 2 }}
      >
        <Typography variant="h1">{t("firstRun.offerTitle")}</Typography>
        <Typography color="textSecondary">{t("firstRun.offerHelp")}</Typography>
        <NewSite />
      </Paper>
    </Box>
  );
}
