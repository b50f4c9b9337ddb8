import {
  Alert,
  Autocomplete,
  Box,
  Button,
  Collapse,
  LinearProgress,
  TextField,
  Typography,
} from "@mui/material";
import { useMemo, useState } from "react";
import { useDataProvider, useGetList, useRefresh } from "react-admin";
import type { Circuit, Household } from "../../api/rows.ts";
import type { ConsoleDataProvider } from "../../data/data-provider.ts";
import { useT } from "../../i18n/use-t.ts";
import { useSite } from "../../layout/site-context.tsx";
import { EmptyState } from "../../shared/empty-state.tsx";
import { LoadFailed } from "../../shared/load-failed.tsx";
import { useProblemText } from "../../shared/use-problem-text.ts";
import { Waiting } from "../../shared/waiting.tsx";
import { type Assignments, byUnitName, fillInOrder, type PasteMistake, readPasted } from "./assignments.ts";

const MOST_HOUSEHOLDS = 1000;

function PasteList({ onTake }: { onTake: (text: string) => PasteMistake[] }) {
  const t = useT();
  const [text, setText] = useState("");
  const [mistakes, setMistakes] = useState<PasteMistake[]>([]);
  return (
    <Box sx={{ display: "grid", gap: 1 }}>
      <TextField
        multiline
        minRows={4}
        maxRows={12}
        label={t("commissioning.pasteLabel")}
        helperText={t("commissioning.pasteHelp")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder={"13\t101\n14\t102"}
      />
      {mistakes.length > 0 && (
        <Alert severity="warning">
          <Box component="ul" sx={{ m: 0, pl: 2 }}>
            {mistakes.map(({ line, why }) => (
              <li key={line}>
                {t("commissioning.pasteRefused", { line, why: t(`commissioning.pasteMistake.${why}`) })}
              </li>
            ))}
          </Box>
        </Alert>
      )}
      <Box>
        <Button variant="outlined" disabled={text.trim() === ""} onClick={() => setMistakes(onTake(text))}>
          {t("commissioning.pasteTake")}
        </Button>
      </Box>
    </Box>
  );
}

/** Which room each circuit feeds: one by one, in order, or from a list. */
export function AssignStep({ circuits }: { circuits: readonly Circuit[] }) {
  const t = useT();
  const { id: siteId } = useSite();
  const problemText = useProblemText();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [chosen, setChosen] = useState<Assignments>({});
  const [isPasting, setIsPasting] = useState(false);
  const [saved, setSaved] = useState<number | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const { data, error } = useGetList<Household>("households", {
    pagination: { page: 1, perPage: MOST_HOUSEHOLDS },
    sort: { field: "name", order: "ASC" },
    filter: { siteId, status: "open" },
  });
  const households = useMemo(() => [...(data ?? [])].sort(byUnitName), [data]);
  const roomOf = useMemo(
    () => new Map(households.map(({ id, unitName, name }) => [id, `${unitName} · ${name}`])),
    [households],
  );
  const open = circuits.filter(({ householdId }) => householdId === null);
  const wanted = Object.entries(chosen).filter(([id]) => open.some((circuit) => circuit.id === id));

  async function save() {
    setProblem(null);
    try {
      for (const [index, [id, householdId]] of wanted.entries()) {
        setSaved(index);
        await dataProvider.update("circuits", { id, data: { householdId }, previousData: { id } });
      }
      setChosen({});
    } catch (failure) {
      setProblem(failure);
    } finally {
      setSaved(null);
      refresh();
    }
  }

  if (data === undefined) return error ? <LoadFailed error={error} /> : <Waiting rows={6} />;
  if (open.length === 0)
    return (
      <EmptyState title={t("commissioning.nothingToAssign")} help={t("commissioning.nothingToAssignHelp")} />
    );
  if (households.length === 0)
    return <EmptyState title={t("commissioning.noHouseholds")} help={t("commissioning.noHouseholdsHelp")} />;
  return (
    <Box sx={{ display: "grid", gap: 2 }}>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center" }}>
        <Button
          variant="outlined"
          size="small"
          onClick={() => setChosen(fillInOrder(open, households, chosen))}
        >
          {t("commissioning.fillInOrder")}
        </Button>
        <Button
          variant="outlined"
          size="small"
          aria-expanded={isPasting}
          onClick={() => setIsPasting(!isPasting)}
        >
          {t("commissioning.paste")}
        </Button>
        <Typography variant="caption" color="textSecondary" sx={{ flex: 1, minWidth: 220 }}>
          {t("commissioning.fillHelp")}
        </Typography>
      </Box>
      <Collapse in={isPasting} unmountOnExit>
        <PasteList
          onTake={(text) => {
            const { assignments, mistakes } = readPasted(text, open, households);
            setChosen({ ...chosen, ...assignments });
            return mistakes;
          }}
        />
      </Collapse>
      <Box
        component="ul"
        sx={{
          m: 0,
          p: 0,
          listStyle: "none",
          display: "grid",
          gap: 1,
          gridTemplateColumns: "repeat(auto-fill, minmax(280px, 1fr))",
        }}
      >
        {open.map((circuit) => (
          <Box
            component="li"
            key={circuit.id}
            sx={{
              display: "flex",
              gap: 1,
              alignItems: "center",
              border: 1,
              borderColor: "divider",
              borderRadius: 1,
              p: 1,
            }}
          >
            <Box sx={{ width: 84, minWidth: 0 }}>
              <Typography noWrap sx={{ fontWeight: 650 }}>
                {circuit.name}
              </Typography>
              <Typography variant="caption" color="textSecondary">
                {circuit.unitAddress}
              </Typography>
            </Box>
            <Autocomplete
              size="small"
              sx={{ flex: 1, minWidth: 0 }}
              options={households.map(({ id }) => id)}
              getOptionLabel={(id) => roomOf.get(id) ?? ""}
              value={chosen[circuit.id] ?? null}
              onChange={(_event, id) => {
                const { [circuit.id]: _before, ...rest } = chosen;
                setChosen(id === null ? rest : { ...rest, [circuit.id]: id });
              }}
              renderInput={(params) => (
                <TextField
                  {...params}
                  label={`${t("commissioning.household")} · ${circuit.name}`}
                  placeholder={t("commissioning.nobodyYet")}
                />
              )}
            />
          </Box>
        ))}
      </Box>
      {problem !== null && <Alert severity="error">{problemText(problem)}</Alert>}
      {saved !== null && (
        <LinearProgress
          variant="determinate"
          aria-label={t("commissioning.saveAssignments", { smart_count: wanted.length })}
          value={Math.min(100, (saved * 100) / Math.max(1, wanted.length))}
        />
      )}
      <Box>
        <Button
          variant="contained"
          disabled={wanted.length === 0}
          loading={saved !== null}
          onClick={() => void save()}
        >
          {t("commissioning.saveAssignments", { smart_count: wanted.length })}
        </Button>
      </Box>
    </Box>
  );
}
