import AddIcon from "@mui/icons-material/Add";
import { Alert, Box, Button, Chip, MenuItem, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useNotify, useRefresh } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { useProblemText } from "../shared/use-problem-text.ts";
import type { ChangeDraft } from "./rate-palette.tsx";
import type { SiteTerms } from "./rows.ts";
import { addDayType, removeDayType, type TariffDraft } from "./tariff-draft.ts";

/** An id of letters and digits from a name; names without any get a number. */
const idOf = (name: string, count: number) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 24) || `day-${count + 1}`;

/** The scheme's own kinds of day, and which dates the site's calendar gives them. */
export function DayKinds({ draft, change }: { draft: TariffDraft; change: ChangeDraft }) {
  const t = useT();
  const [name, setName] = useState("");
  const trimmed = name.trim();
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <Typography variant="body2" color="textSecondary">
        {t("tariffs.dayKindsHelp")}
      </Typography>
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap", alignItems: "center" }}>
        {draft.dayTypes.map((dayType) => (
          <Chip
            key={dayType.id}
            label={dayType.name}
            onDelete={() => change((before) => removeDayType(before, dayType.id))}
            title={t("tariffs.removeDayKind", { name: dayType.name })}
          />
        ))}
        <TextField
          size="small"
          label={t("tariffs.dayKindName")}
          value={name}
          onChange={(event) => setName(event.target.value)}
          slotProps={{ htmlInput: { maxLength: 60 } }}
          sx={{ width: 260 }}
        />
        <Button
          size="small"
          startIcon={<AddIcon fontSize="small" />}
          disabled={trimmed === "" || draft.dayTypes.length >= 16}
          onClick={() => {
            change((before) => addDayType(before, idOf(trimmed, before.dayTypes.length), trimmed));
            setName("");
          }}
        >
          {t("tariffs.addDayKind")}
        </Button>
      </Box>
    </Box>
  );
}

const HOLIDAY = "holiday";

/** Dates of the site that are no ordinary day. Saved by itself: it holds for every tariff and rule of the site. */
export function SiteCalendar({ dayTypes }: Pick<TariffDraft, "dayTypes">) {
  const t = useT();
  const format = useFormat();
  const notify = useNotify();
  const refresh = useRefresh();
  const problemText = useProblemText();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  // The site picker reads whole sites; the pages that need no more know them by less.
  const site = useSite() as SiteTerms;
  const [holidays, setHolidays] = useState(site.holidays);
  const [namedDays, setNamedDays] = useState(site.namedDays);
  const [date, setDate] = useState("");
  const [kind, setKind] = useState(HOLIDAY);
  const [problem, setProblem] = useState<unknown>(null);
  const isChanged = JSON.stringify([holidays, namedDays]) !== JSON.stringify([site.holidays, site.namedDays]);
  const dates = [
    ...holidays.map((day) => ({ day, kindId: HOLIDAY })),
    ...Object.entries(namedDays).map(([day, kindId]) => ({ day, kindId })),
  ].sort((a, b) => a.day.localeCompare(b.day));
  const kindName = (id: string) =>
    id === HOLIDAY ? t("painter.dayTypes.holiday") : (dayTypes.find((each) => each.id === id)?.name ?? id);

  function remove(day: string, kindId: string): void {
    if (kindId === HOLIDAY) setHolidays((before) => before.filter((each) => each !== day));
    else setNamedDays(({ [day]: _, ...rest }) => rest);
  }
  async function save(): Promise<void> {
    setProblem(null);
    try {
      await dataProvider.update("sites", {
        id: site.id,
        data: { holidays: [...holidays].sort(), namedDays },
        previousData: { id: site.id },
      });
      notify(t("tariffs.calendarSaved"), { type: "success" });
      refresh();
    } catch (error) {
      setProblem(error);
    }
  }
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <Typography variant="body2" color="textSecondary">
        {t("tariffs.calendarHelp")}
      </Typography>
      {dates.length === 0 && <Typography variant="body2">{t("tariffs.noDates")}</Typography>}
      <Box sx={{ display: "flex", gap: 0.75, flexWrap: "wrap" }}>
        {dates.map(({ day, kindId }) => (
          <Chip
            key={`${day}-${kindId}`}
            size="small"
            label={`${format.date(Date.parse(`${day}T12:00:00Z`))} · ${kindName(kindId)}`}
            title={t("tariffs.removeDate", { date: day })}
            onDelete={() => remove(day, kindId)}
          />
        ))}
      </Box>
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap", alignItems: "center", pt: 0.5 }}>
        <TextField
          size="small"
          type="date"
          label={t("tariffs.date")}
          value={date}
          onChange={(event) => setDate(event.target.value)}
          slotProps={{ inputLabel: { shrink: true } }}
        />
        <TextField
          select
          size="small"
          label={t("tariffs.kind")}
          value={kind}
          onChange={(event) => setKind(event.target.value)}
          sx={{ minWidth: 140 }}
        >
          <MenuItem value={HOLIDAY}>{t("painter.dayTypes.holiday")}</MenuItem>
          {dayTypes.map(({ id, name }) => (
            <MenuItem key={id} value={id}>
              {name}
            </MenuItem>
          ))}
        </TextField>
        <Button
          size="small"
          startIcon={<AddIcon fontSize="small" />}
          disabled={date === ""}
          onClick={() => {
            if (kind === HOLIDAY) setHolidays((before) => [...new Set([...before, date])]);
            else setNamedDays((before) => ({ ...before, [date]: kind }));
          }}
        >
          {t("tariffs.addDate")}
        </Button>
        <Button size="small" variant="outlined" disabled={!isChanged} onClick={() => void save()}>
          {t("tariffs.saveCalendar")}
        </Button>
      </Box>
      {problem !== null && <Alert severity="error">{problemText(problem)}</Alert>}
    </Box>
  );
}
