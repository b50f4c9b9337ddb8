import { flatScheme, type TariffScheme, tariffSchema } from "@hallmeter/meter-model";
import UploadIcon from "@mui/icons-material/FileUploadOutlined";
import { Alert, Box, Button, TextField, Typography } from "@mui/material";
import { type ChangeEvent, useEffect, useMemo, useRef, useState } from "react";
import { useNotify } from "react-admin";
import { useNavigate, useParams } from "react-router-dom";
import { Guarded } from "../auth/rights-context.tsx";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Section, STAYS_IN_SIGHT } from "../shared/section.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { useUndo } from "../shared/use-undo.ts";
import { Waiting } from "../shared/waiting.tsx";
import { PeriodList } from "../shared/week-painter/period-list.tsx";
import { WeekPainter } from "../shared/week-painter/week-painter.tsx";
import { ChangesPanel } from "./changes-panel.tsx";
import { ChecksPanel } from "./checks-panel.tsx";
import { DayKinds, SiteCalendar } from "./day-kinds.tsx";
import { draftMistakes } from "./draft-checks.ts";
import { BlocksEditor, ChargesEditor, DemandsEditor } from "./extras-editor.tsx";
import { PreviewPanel } from "./preview-panel.tsx";
import { PutInForce } from "./put-in-force.tsx";
import { RatePalette } from "./rate-palette.tsx";
import type { Tariff } from "./rows.ts";
import { useRatePaints, useWeekRows } from "./scheme-week.ts";
import { SeasonPainter } from "./season-painter.tsx";
import { copyDay, draftOf, paintDays, schemeOf, type TariffDraft } from "./tariff-draft.ts";
import { NEW_TARIFF, tariffPath } from "./tariff-paths.ts";
import { useStoredDraft } from "./use-stored-draft.ts";

/** A scheme from a file: as this program exports it, or bare; older versions are converted. Throws what is wrong. */
function schemeFromFile(text: string): TariffScheme {
  const document: unknown = JSON.parse(text);
  const isExport = typeof document === "object" && document !== null && "scheme" in document;
  return tariffSchema.parse(isExport ? document.scheme : document);
}

function ImportButton({ onScheme }: { onScheme: (scheme: TariffScheme) => void }) {
  const t = useT();
  const notify = useNotify();
  const field = useRef<HTMLInputElement>(null);
  async function take(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const [file] = event.target.files ?? [];
    event.target.value = "";
    if (file === undefined) return;
    try {
      onScheme(schemeFromFile(await file.text()));
    } catch (error) {
      const detail = error instanceof Error ? error.message.slice(0, 200) : String(error);
      notify(t("tariffs.importFailed", { detail }), { type: "error" });
    }
  }
  return (
    <>
      <Button size="small" startIcon={<UploadIcon fontSize="small" />} onClick={() => field.current?.click()}>
        {t("tariffs.import")}
      </Button>
      <input
        ref={field}
        type="file"
        hidden
        accept="application/json,.json"
        aria-label={t("tariffs.import")}
        onChange={(event) => void take(event)}
      />
    </>
  );
}

/** The rate of a new tariff, until its price is typed. */
const FIRST_PRICE_MICRO = 600_000;

function Editor({ tariff }: { tariff: Tariff | null }) {
  const t = useT();
  const navigate = useNavigate();
  const [stored, store] = useStoredDraft(tariff?.id ?? NEW_TARIFF);
  const inForce = tariff?.tariff ?? null;
  const begun = useMemo(
    () => draftOf(inForce ?? flatScheme(FIRST_PRICE_MICRO, t("tariffs.flat"))),
    [inForce, t],
  );
  const { state: draft, change, reset, undo, redo } = useUndo<TariffDraft>(() => stored?.draft ?? begun);
  const [name, setName] = useState(stored?.name ?? tariff?.name ?? "");
  const [chosenSeason, setSeason] = useState("");
  const [chosenBrush, setBrush] = useState<string | null | undefined>(undefined);
  const seasonId = draft.seasons.some(({ id }) => id === chosenSeason)
    ? chosenSeason
    : (draft.seasons[0]?.id ?? "");
  const brush =
    chosenBrush === null || draft.rates.some(({ id }) => id === chosenBrush)
      ? (chosenBrush ?? null)
      : (draft.rates[0]?.id ?? null);
  const paints = useRatePaints(draft.rates);
  const rows = useWeekRows(draft.dayTypes);
  const scheme = useMemo(() => schemeOf(draft), [draft]);
  const mistakes = useMemo(() => draftMistakes(draft), [draft]);
  const revision = stored?.revision ?? tariff?.revision ?? 0;

  const isDone = useRef(false);
  useEffect(() => {
    if (undo === undefined || isDone.current) return;
    store({ draft, name, revision });
  }, [draft, name, revision, undo, store]);

  const days = draft.days[seasonId] ?? {};
  const painter = {
    rows,
    days,
    paints,
    brush,
    blankName: t("tariffs.gap"),
    onPaint: (strokes: Parameters<typeof paintDays>[2], paint: string | null) =>
      change((before) => paintDays(before, [seasonId], strokes, paint)),
  };
  const title = tariff === null ? t("tariffs.paintFirst") : t("tariffs.painting", { name: tariff.name });
  return (
    <>
      <PageTitle title={title} />
      <Box
        sx={{
          display: "grid",
          gap: 2,
          alignItems: "start",
          gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 1fr) 400px" },
        }}
      >
        <Box sx={{ display: "grid", gap: 2, minWidth: 0 }}>
          {stored !== null && (
            <Alert
              severity={tariff !== null && stored.revision !== tariff.revision ? "warning" : "info"}
              action={
                <Button
                  color="inherit"
                  size="small"
                  sx={{ whiteSpace: "nowrap" }}
                  onClick={() => {
                    store(null);
                    reset(begun);
                    if (tariff !== null) navigate(tariffPath(tariff.id));
                  }}
                >
                  {t("tariffs.discard")}
                </Button>
              }
            >
              {t(
                tariff !== null && stored.revision !== tariff.revision
                  ? "tariffs.draftOld"
                  : "tariffs.draftKept",
              )}
            </Alert>
          )}
          <Section
            title={t("tariffs.rates")}
            aside={<ImportButton onScheme={(imported) => change(() => draftOf(imported))} />}
          >
            <Box sx={{ display: "grid", gap: 1.5 }}>
              {tariff === null && (
                <TextField
                  size="small"
                  label={t("tariffs.name")}
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                  slotProps={{ htmlInput: { maxLength: 120 } }}
                  sx={{ maxWidth: 360 }}
                />
              )}
              <RatePalette draft={draft} paints={paints} brush={brush} onBrush={setBrush} change={change} />
            </Box>
          </Section>
          <Section title={t("tariffs.week")}>
            <Box sx={{ display: "grid", gap: 1.5 }}>
              {draft.seasons.length > 1 && (
                <ToggleChips
                  label={t("tariffs.season")}
                  options={draft.seasons.map((season) => ({ value: season.id, label: season.name }))}
                  value={seasonId}
                  onChange={setSeason}
                />
              )}
              <WeekPainter
                {...painter}
                label={t("tariffs.week")}
                isBlankWrong
                onCopyDay={(from, to) => change((before) => copyDay(before, seasonId, from, to))}
                undo={undo}
                redo={redo}
              />
              <Typography variant="h3">{t("painter.periods")}</Typography>
              <PeriodList {...painter} />
            </Box>
          </Section>
          <Section title={t("tariffs.seasons")}>
            {draft.seasons.length > 1 && (
              <Box sx={{ mb: 1.5 }}>
                <ToggleChips
                  label={t("tariffs.season")}
                  options={draft.seasons.map((season) => ({ value: season.id, label: season.name }))}
                  value={seasonId}
                  onChange={setSeason}
                />
              </Box>
            )}
            <SeasonPainter
              draft={draft}
              seasonId={seasonId}
              onSeason={setSeason}
              change={change}
              undo={undo}
              redo={redo}
            />
          </Section>
          <Section title={t("tariffs.dayKinds")}>
            <Box sx={{ display: "grid", gap: 3 }}>
              <DayKinds draft={draft} change={change} />
              <Box component="section" sx={{ display: "grid", gap: 1.5 }}>
                <Typography variant="h3">{t("tariffs.calendar")}</Typography>
                <SiteCalendar dayTypes={draft.dayTypes} />
              </Box>
            </Box>
          </Section>
          <Section title={t("tariffs.others")}>
            <Box sx={{ display: "grid", gap: 3 }}>
              <BlocksEditor draft={draft} change={change} />
              <DemandsEditor draft={draft} change={change} />
              <ChargesEditor draft={draft} change={change} />
            </Box>
          </Section>
        </Box>
        <Box sx={{ display: "grid", gap: 2, minWidth: 0, ...STAYS_IN_SIGHT }}>
          <Section title={t("tariffs.check")}>
            <ChecksPanel draft={draft} mistakes={mistakes} />
          </Section>
          {inForce !== null && (
            <Section title={t("tariffs.changes")}>
              <ChangesPanel before={inForce} after={scheme} />
            </Section>
          )}
          <Section title={t("tariffs.preview")}>
            {mistakes.length > 0 ? (
              <Typography variant="body2" color="textSecondary">
                {t("tariffs.waitsForCheck")}
              </Typography>
            ) : (
              <PreviewPanel tariffId={tariff?.id ?? null} scheme={scheme} />
            )}
          </Section>
          <Section title={t("tariffs.putInForce")}>
            <PutInForce
              tariff={tariff}
              name={name.trim()}
              draft={draft}
              isReady={mistakes.length === 0 && name.trim() !== ""}
              onDone={() => {
                isDone.current = true;
                store(null);
              }}
            />
          </Section>
        </Box>
      </Box>
    </>
  );
}

function ExistingTariff({ id }: { id: string }) {
  const t = useT();
  const { data: tariff, error, refetch } = useRow<Tariff>("tariffs", id);
  if (error)
    return (
      <>
        <PageTitle title={t("tariffs.title")} />
        <LoadFailed error={error} retry={() => void refetch()} />
      </>
    );
  return tariff === undefined ? <Waiting /> : <Editor tariff={tariff} />;
}

export default function TariffEditorPage() {
  const { id = NEW_TARIFF } = useParams();
  return (
    <Guarded right="tariffs.paint">
      {id === NEW_TARIFF ? <Editor tariff={null} /> : <ExistingTariff key={id} id={id} />}
    </Guarded>
  );
}
