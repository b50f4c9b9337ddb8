import { Alert, Box, Button, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { mistakeText } from "../i18n/problem-text.ts";
import { useT } from "../i18n/use-t.ts";
import { JobProgress } from "../shared/job-progress/job-progress.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { useProblemText } from "../shared/use-problem-text.ts";
import { IMPORTABLE, type Importable, type ImportPreview, useImport } from "./use-import.ts";

/** The columns that a person fills in; ids are for files that come back. */
const COLUMNS = {
  buildings: ["name", "floors"],
  units: ["building", "name", "floor"],
  households: ["building", "unit", "name", "tariff", "cut_minor", "release_minor"],
  residents: ["building", "unit", "name", "phone"],
  "opening-balances": ["building", "unit", "amount", "note"],
} as const satisfies Record<Importable, readonly string[]>;

const OUTCOMES = ["create", "change", "leave", "wrong"] as const;
const MOST_MISTAKES = 20;

function Preview({ preview }: { preview: ImportPreview }) {
  const t = useT();
  const wrong = preview.lines.filter(({ mistakes }) => mistakes.length > 0);
  return (
    <Box sx={{ display: "grid", gap: 1 }}>
      <Typography variant="body2" role="status">
        {OUTCOMES.filter((outcome) => preview.counts[outcome] > 0)
          .map((outcome) => `${preview.counts[outcome]} ${t(`firstRun.rooms.outcome.${outcome}`)}`)
          .join(" · ")}
      </Typography>
      {wrong.length > 0 && (
        <Alert severity="warning">
          <Box component="ul" sx={{ m: 0, pl: 2 }}>
            {wrong.slice(0, MOST_MISTAKES).flatMap(({ line, mistakes }) =>
              mistakes.map((mistake) => (
                <li key={`${line} ${mistake.path} ${mistake.message}`}>
                  {t("firstRun.rooms.mistake", {
                    line,
                    column: mistake.path,
                    message: mistakeText(mistake, t),
                  })}
                </li>
              )),
            )}
          </Box>
        </Alert>
      )}
    </Box>
  );
}

/** A table from a spreadsheet: looked through first, then added as a job. */
export function ImportCsv() {
  const t = useT();
  const problemText = useProblemText();
  const { preview, apply } = useImport();
  const [what, setWhat] = useState<Importable>("buildings");
  const [text, setText] = useState("");
  const [seen, setSeen] = useState<ImportPreview | null>(null);
  const [jobId, setJobId] = useState<string | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const change = (next: string) => {
    setText(next);
    setSeen(null);
    setJobId(null);
  };
  const attempt = async (work: () => Promise<void>) => {
    setIsBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(error);
    } finally {
      setIsBusy(false);
    }
  };
  const adds = seen === null ? 0 : seen.counts.create + seen.counts.change;
  const name = t(`firstRun.rooms.what.${what}`);
  return (
    <Box sx={{ display: "grid", gap: 2 }}>
      <ToggleChips
        label={t("firstRun.rooms.byFile")}
        options={IMPORTABLE.map((value) => ({ value, label: t(`firstRun.rooms.what.${value}`) }))}
        value={what}
        onChange={(next) => {
          setWhat(next);
          change("");
        }}
      />
      <Typography variant="body2" color="textSecondary">
        {t("firstRun.rooms.columns", { columns: COLUMNS[what].join(", ") })}
      </Typography>
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap", alignItems: "center" }}>
        <Button component="label" variant="outlined">
          {t("firstRun.rooms.choose")}
          <input
            hidden
            type="file"
            accept=".csv,text/csv,text/plain"
            aria-label={t("firstRun.rooms.choose")}
            onChange={(event) => {
              const [file] = event.target.files ?? [];
              if (file !== undefined) void file.text().then(change);
            }}
          />
        </Button>
      </Box>
      <TextField
        multiline
        minRows={4}
        maxRows={10}
        label={t("firstRun.rooms.orPaste")}
        placeholder={`${COLUMNS[what].join(",")}\n`}
        value={text}
        onChange={(event) => change(event.target.value)}
        slotProps={{ htmlInput: { spellCheck: false } }}
      />
      {problem !== null && <Alert severity="error">{problemText(problem)}</Alert>}
      {seen !== null && <Preview preview={seen} />}
      <Box sx={{ display: "flex", gap: 1 }}>
        <Button
          variant={adds > 0 ? "outlined" : "contained"}
          disabled={text.trim() === ""}
          loading={isBusy && seen === null}
          onClick={() => void attempt(async () => setSeen(await preview(what, text)))}
        >
          {t("firstRun.rooms.look")}
        </Button>
        {adds > 0 && jobId === null && (
          <Button
            variant="contained"
            loading={isBusy}
            onClick={() => void attempt(async () => setJobId((await apply(what, text)).id))}
          >
            {t("firstRun.rooms.apply", { smart_count: adds })}
          </Button>
        )}
      </Box>
      {jobId !== null && <JobProgress jobId={jobId} label={t("firstRun.rooms.importOf", { what: name })} />}
    </Box>
  );
}
