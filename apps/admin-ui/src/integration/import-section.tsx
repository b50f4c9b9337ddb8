import UploadIcon from "@mui/icons-material/UploadFileOutlined";
import { Alert, Box, Button, MenuItem, TextField, Typography } from "@mui/material";
import { type DragEvent, useRef, useState } from "react";
import { useDataProvider } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useSentences } from "../i18n/use-sentences.ts";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { JobProgress } from "../shared/job-progress/job-progress.tsx";
import type { Job } from "../shared/job-progress/job-rows.ts";
import { Section } from "../shared/section.tsx";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { useProblemText } from "../shared/use-problem-text.ts";
import { Waiting } from "../shared/waiting.tsx";
import { ImportPlanView } from "./import-plan.tsx";
import type { ImportPlan } from "./rows.ts";
import { IMPORT_NAMES, IMPORTS, type ImportName } from "./tables.ts";

/** What the API takes at once. */
const MOST_BYTES = 2_000_000;

/** Tables that move money say what becomes of their lines. */
const MONEY_HELP = {
  purchases: "integration.import.salesHelp",
  "opening-balances": "integration.import.openingsHelp",
} as const;

interface Chosen {
  file: File;
  plan: ImportPlan | null;
}

/** A file, what it would do, and then its progress: nothing is written before a person has seen it. */
export function ImportSection() {
  const t = useT();
  const sentences = useSentences();
  const site = useSite();
  const input = useRef<HTMLInputElement>(null);
  const problemText = useProblemText();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const act = useKeyedAct();
  const [what, setWhat] = useState<ImportName>("units");
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [jobId, setJobId] = useState<string | null>(null);
  const [isRunning, setRunning] = useState(false);
  const [isOver, setOver] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const pathOf = (table: ImportName, dryRun: boolean) =>
    `/imports?${new URLSearchParams({ siteId: site.id, what: table, dryRun: String(dryRun) })}`;
  const csv = (file: File) => new Blob([file], { type: "text/csv" });

  async function look(file: File, table: ImportName) {
    setJobId(null);
    setProblem(null);
    if (file.size > MOST_BYTES) {
      setChosen(null);
      setProblem(t("integration.import.tooLarge"));
      return;
    }
    setChosen({ file, plan: null });
    try {
      const key = act.keyFor(["look", table, file.name, file.size, file.lastModified]);
      const plan = await dataProvider.upload<ImportPlan>(pathOf(table, true), csv(file), key);
      setChosen({ file, plan });
    } catch (error) {
      setChosen(null);
      setProblem(problemText(error));
    } finally {
      // Looking again after the file or the site changed is another question.
      act.settle();
    }
  }

  async function apply({ file }: Chosen) {
    setRunning(true);
    setProblem(null);
    try {
      const key = act.keyFor(["apply", what, file.name, file.size, file.lastModified]);
      const job = await dataProvider.upload<Job>(pathOf(what, false), csv(file), key);
      act.settle();
      setJobId(job.id);
      setChosen(null);
    } catch (error) {
      setProblem(problemText(error));
    } finally {
      setRunning(false);
    }
  }

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file) void look(file, what);
  }

  const chooseAnother = () => {
    setChosen(null);
    setJobId(null);
    setProblem(null);
  };

  return (
    <Section title={t("integration.import.title")}>
      <Box sx={{ display: "grid", gap: 2 }}>
        <Typography variant="body2" color="textSecondary">
          {sentences(t("integration.import.help"), t("integration.import.order"))}
        </Typography>
        <TextField
          select
          label={t("integration.import.what")}
          value={what}
          onChange={(event) => {
            const table = event.target.value as ImportName;
            setWhat(table);
            if (chosen) void look(chosen.file, table);
          }}
          sx={{ maxWidth: 220 }}
        >
          {IMPORT_NAMES.map((name) => (
            <MenuItem key={name} value={name}>
              {t(`integration.table.${name}`)}
            </MenuItem>
          ))}
        </TextField>
        {what in MONEY_HELP && (
          <Alert severity="info">
            {t(MONEY_HELP[what as keyof typeof MONEY_HELP], { columns: IMPORTS[what].join(", ") })}
          </Alert>
        )}
        {problem !== null && <Alert severity="error">{problem}</Alert>}
        {chosen === null && jobId === null && (
          <Box
            onDragOver={(event: DragEvent) => {
              event.preventDefault();
              setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={drop}
            sx={{
              ...{ border: 1, borderStyle: "dashed", borderRadius: 1, p: 3, textAlign: "center" },
              borderColor: isOver ? "primary.main" : "divider",
              backgroundColor: isOver ? "action.hover" : "transparent",
            }}
          >
            <Button
              variant="outlined"
              startIcon={<UploadIcon aria-hidden />}
              onClick={() => input.current?.click()}
            >
              {t("integration.import.choose")}
            </Button>
            <input
              ref={input}
              type="file"
              hidden
              accept=".csv,text/csv,text/plain"
              aria-label={t("integration.import.choose")}
              onChange={(event) => {
                const [file] = event.target.files ?? [];
                // The same file again, mended meanwhile, is a choice as well.
                event.target.value = "";
                if (file) void look(file, what);
              }}
            />
            <Typography variant="body2" color="textSecondary" sx={{ mt: 1 }}>
              {t("integration.import.drop")}
            </Typography>
          </Box>
        )}
        {chosen !== null && chosen.plan === null && (
          <Box>
            <Typography variant="body2">{t("integration.import.reading")}</Typography>
            <Waiting rows={3} />
          </Box>
        )}
        {chosen !== null && chosen.plan !== null && (
          <ImportPlanView
            fileName={chosen.file.name}
            plan={chosen.plan}
            isRunning={isRunning}
            onApply={() => void apply(chosen)}
            onChooseAnother={chooseAnother}
          />
        )}
        {jobId !== null && (
          <>
            <JobProgress
              jobId={jobId}
              label={t("integration.import.progress", { what: t(`integration.table.${what}`) })}
            />
            <div>
              <Button size="small" variant="outlined" onClick={chooseAnother}>
                {t("integration.import.next")}
              </Button>
            </div>
          </>
        )}
      </Box>
    </Section>
  );
}
