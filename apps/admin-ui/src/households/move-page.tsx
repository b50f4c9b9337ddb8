import {
  Alert,
  Autocomplete,
  Box,
  Button,
  FormControlLabel,
  Switch,
  TextField,
  Typography,
} from "@mui/material";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useDataProvider, useGetList } from "react-admin";
import { useParams } from "react-router-dom";
import { newIdempotencyKey } from "../api/request.ts";
import type { Circuit, Household, Unit } from "../api/rows.ts";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useRow } from "../data/use-row.ts";
import { codeText } from "../i18n/problem-text.ts";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { JobProgress } from "../shared/job-progress/job-progress.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { Section } from "../shared/section.tsx";
import { householdPath, TextLink } from "../shared/text-link.tsx";
import { useHouseholdNames } from "../shared/use-household-names.ts";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { useProblemText } from "../shared/use-problem-text.ts";
import { Waiting } from "../shared/waiting.tsx";

interface MoveLeg {
  householdId: string;
  fromUnitId: string;
  toUnitId: string;
  fromCircuitIds: string[];
  toCircuitIds: string[];
}

interface MovePreview {
  legs: MoveLeg[];
  problems: { code: string; detail: string }[];
}

interface MoveAsk {
  unitId: string;
  circuitIds?: string[];
  swap: boolean;
  reason: string;
}

const MAX_REASON_LENGTH = 200;
/** The rooms that match what was typed. */
const UNITS_SHOWN = 50;
const CIRCUITS_SHOWN = 200;

function usePreview(householdId: string, ask: MoveAsk | null) {
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  return useQuery({
    queryKey: ["moves", "preview", householdId, ask],
    queryFn: () =>
      dataProvider.act<MovePreview>(
        `/households/${encodeURIComponent(householdId)}/move`,
        { ...ask, dryRun: true },
        newIdempotencyKey(),
      ),
    enabled: ask !== null,
  });
}

function RoomField({ onChoose, ownUnitId }: { onChoose: (unit: Unit | null) => void; ownUnitId: string }) {
  const t = useT();
  const site = useSite();
  const [typed, setTyped] = useState("");
  const { data: units = [], isFetching } = useGetList<Unit>("units", {
    pagination: { page: 1, perPage: UNITS_SHOWN },
    sort: { field: "name", order: "ASC" },
    filter: { siteId: site.id, ...(typed.trim() !== "" && { q: typed.trim() }) },
  });
  return (
    <Autocomplete<Unit>
      options={units.filter(({ id }) => id !== ownUnitId)}
      loading={isFetching}
      filterOptions={(options) => options}
      getOptionLabel={({ name, householdId }) =>
        householdId === null ? t("household.move.vacant", { room: name }) : name
      }
      isOptionEqualToValue={(one, other) => one.id === other.id}
      noOptionsText={t("lists.noMatch")}
      loadingText={t("common.loading")}
      openText={t("household.move.openRooms")}
      clearText={t("household.move.clearRoom")}
      closeText={t("common.close")}
      onInputChange={(_event, value, why) => why === "input" && setTyped(value)}
      onChange={(_event, unit) => onChoose(unit)}
      renderInput={(params) => <TextField {...params} autoFocus label={t("household.move.room")} />}
    />
  );
}

/** Where it is not known which circuits feed the room, the person says it. */
function CircuitsField({ onChoose }: { onChoose: (ids: string[]) => void }) {
  const t = useT();
  const site = useSite();
  const { data: circuits = [] } = useGetList<Circuit>("circuits", {
    pagination: { page: 1, perPage: CIRCUITS_SHOWN },
    sort: { field: "name", order: "ASC" },
    filter: { siteId: site.id, householdId: null },
  });
  return (
    <Autocomplete<Circuit, true>
      multiple
      options={circuits}
      getOptionLabel={({ name }) => name}
      isOptionEqualToValue={(one, other) => one.id === other.id}
      noOptionsText={t("household.move.noFreeCircuit")}
      openText={t("household.move.openCircuits")}
      clearText={t("household.move.clearCircuits")}
      closeText={t("common.close")}
      onChange={(_event, chosen) => onChoose(chosen.map(({ id }) => id))}
      renderInput={(params) => (
        <TextField
          {...params}
          label={t("household.move.circuits")}
          helperText={t("household.move.circuitsHelp")}
        />
      )}
    />
  );
}

function PreviewView({ preview }: { preview: MovePreview }) {
  const t = useT();
  const nameOf = useHouseholdNames(preview.legs.map(({ householdId }) => householdId));
  return (
    <Box sx={{ display: "grid", gap: 1 }}>
      {preview.problems.map(({ code, detail }) => (
        <Alert key={`${code} ${detail}`} severity="warning">
          {codeText(code, t) ?? detail}
        </Alert>
      ))}
      {preview.problems.length === 0 && (
        <>
          {preview.legs.map(({ householdId, fromCircuitIds, toCircuitIds }) => (
            <Typography key={householdId} variant="body2">
              {t("household.move.leg", {
                household: nameOf(householdId),
                from: fromCircuitIds.length,
                to: toCircuitIds.length,
              })}
            </Typography>
          ))}
          <Alert severity="info">{t("household.move.help")}</Alert>
        </>
      )}
    </Box>
  );
}

function MoveForm({ household }: { household: Household }) {
  const t = useT();
  const problemText = useProblemText();
  const keyed = useKeyedAct();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [unit, setUnit] = useState<Unit | null>(null);
  const [circuitIds, setCircuitIds] = useState<string[]>([]);
  const [swap, setSwap] = useState(false);
  const [reason, setReason] = useState("");
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [jobId, setJobId] = useState<string | null>(null);
  const isOccupied = unit !== null && unit.householdId !== null;
  const wish =
    unit === null
      ? null
      : { unitId: unit.id, swap: swap && isOccupied, ...(circuitIds.length > 0 && { circuitIds }) };
  const { data: preview, error } = usePreview(household.id, wish && { ...wish, reason: "preview" });
  const asksCircuits = preview?.problems.some(({ code }) => code === "reference-unknown") ?? false;
  const canMove = preview !== undefined && preview.problems.length === 0 && reason.trim() !== "";

  async function move(event: FormEvent) {
    event.preventDefault();
    if (!canMove || wish === null || isRunning) return;
    const ask = { ...wish, reason: reason.trim() };
    setIsRunning(true);
    setProblem(null);
    try {
      const path = `/households/${encodeURIComponent(household.id)}/move`;
      const job = await dataProvider.act<{ id: string }>(path, ask, keyed.keyFor(ask));
      keyed.settle();
      setJobId(job.id);
    } catch (refused) {
      setProblem(refused);
    } finally {
      setIsRunning(false);
    }
  }

  if (jobId !== null)
    return (
      <Section title={t("household.move.title")}>
        <Box sx={{ display: "grid", gap: 2 }}>
          <JobProgress jobId={jobId} label={t("household.move.title")} />
          <TextLink to={householdPath(household.id)}>{t("household.move.back")}</TextLink>
        </Box>
      </Section>
    );
  return (
    <Section title={t("household.move.of", { household: household.name, room: household.unitName })}>
      <Box
        component="form"
        noValidate
        onSubmit={(event) => void move(event)}
        sx={{ display: "grid", gap: 2, pt: 1 }}
      >
        <RoomField
          ownUnitId={household.unitId}
          onChoose={(chosen) => {
            setUnit(chosen);
            setCircuitIds([]);
          }}
        />
        {isOccupied && (
          <FormControlLabel
            control={<Switch checked={swap} onChange={(_event, isOn) => setSwap(isOn)} />}
            label={t("household.move.swap")}
          />
        )}
        {(asksCircuits || circuitIds.length > 0) && <CircuitsField onChoose={setCircuitIds} />}
        {error !== null && <LoadFailed error={error} />}
        {preview !== undefined && <PreviewView preview={preview} />}
        <TextField
          required
          label={t("confirm.reason")}
          helperText={t("confirm.reasonHelp")}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          slotProps={{ htmlInput: { maxLength: MAX_REASON_LENGTH } }}
        />
        {problem !== null && <Alert severity="error">{problemText(problem)}</Alert>}
        <Box>
          <Button type="submit" variant="contained" disabled={!canMove} loading={isRunning}>
            {t("household.move.start")}
          </Button>
        </Box>
      </Box>
    </Section>
  );
}

/** To another room, with account, grants, residents and history. */
export default function MovePage() {
  const { id = "" } = useParams();
  const t = useT();
  const { data: household, error, refetch } = useRow<Household>("households", id);
  return (
    <>
      <PageTitle title={t("household.move.title")} />
      <Box sx={{ maxWidth: 720 }}>
        {error && <LoadFailed error={error} retry={() => void refetch()} />}
        {household === undefined && !error && <Waiting />}
        {household !== undefined && <MoveForm household={household} />}
      </Box>
    </>
  );
}
