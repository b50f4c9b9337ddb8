import {
  Alert,
  Box,
  Button,
  Checkbox,
  FormControlLabel,
  LinearProgress,
  TextField,
  Typography,
} from "@mui/material";
import { useState } from "react";
import { useT } from "../i18n/use-t.ts";
import { TextLink } from "../shared/text-link.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { useProblemText } from "../shared/use-problem-text.ts";
import { ImportCsv } from "./import-csv.tsx";
import { importFilesOf, roomsOf } from "./make-rooms.ts";
import { useImportInTurn } from "./use-import.ts";

const WAYS = ["byForm", "byFile"] as const;
const MOST_FLOORS = 60;
const MOST_PER_FLOOR = 200;

const within = (text: string, most: number): number => {
  const number = Number.parseInt(text, 10);
  return Number.isNaN(number) ? 0 : Math.min(most, Math.max(0, number));
};

function DescribeBuilding() {
  const t = useT();
  const problemText = useProblemText();
  const { run, running, problem, failedJob } = useImportInTurn();
  const [building, setBuilding] = useState("");
  const [floors, setFloors] = useState("3");
  const [perFloor, setPerFloor] = useState("8");
  const [withHouseholds, setWithHouseholds] = useState(true);
  const plan = {
    building: building.trim(),
    floors: within(floors, MOST_FLOORS),
    perFloor: within(perFloor, MOST_PER_FLOOR),
  };
  const rooms = roomsOf(plan);
  const numeric = { htmlInput: { min: 1, inputMode: "numeric" } } as const;
  return (
    <Box sx={{ display: "grid", gap: 2 }}>
      <Box sx={{ display: "flex", gap: 2, flexWrap: "wrap" }}>
        <TextField
          required
          label={t("firstRun.rooms.building")}
          value={building}
          onChange={(event) => setBuilding(event.target.value)}
          slotProps={{ htmlInput: { maxLength: 120 } }}
          sx={{ flex: 1, minWidth: 200 }}
        />
        <TextField
          type="number"
          label={t("firstRun.rooms.floors")}
          value={floors}
          onChange={(event) => setFloors(event.target.value)}
          slotProps={numeric}
          sx={{ width: 104 }}
        />
        <TextField
          type="number"
          label={t("firstRun.rooms.perFloor")}
          value={perFloor}
          onChange={(event) => setPerFloor(event.target.value)}
          slotProps={numeric}
          sx={{ width: 168 }}
        />
      </Box>
      <FormControlLabel
        control={<Checkbox checked={withHouseholds} onChange={(_event, is) => setWithHouseholds(is)} />}
        label={t("firstRun.rooms.withHouseholds")}
      />
      {rooms.length > 0 && (
        <Typography variant="body2" color="textSecondary">
          {t("firstRun.rooms.preview", {
            count: rooms.length,
            first: rooms[0]?.name ?? "",
            last: rooms.at(-1)?.name ?? "",
          })}
        </Typography>
      )}
      {problem !== null && <Alert severity="error">{problemText(problem)}</Alert>}
      {failedJob !== null && (
        <Alert severity="warning">
          {t("firstRun.rooms.someFailed")} <TextLink to={`/jobs/${failedJob.id}`}>{t("nav.jobs")}</TextLink>
        </Alert>
      )}
      {running !== null && (
        <Box role="status" sx={{ display: "grid", gap: 0.5 }}>
          <Typography variant="body2">
            {t("firstRun.rooms.adding", { what: t(`firstRun.rooms.what.${running}`) })}
          </Typography>
          <LinearProgress
            aria-label={t("firstRun.rooms.adding", { what: t(`firstRun.rooms.what.${running}`) })}
          />
        </Box>
      )}
      <Box>
        <Button
          variant="contained"
          loading={running !== null}
          disabled={plan.building === "" || rooms.length === 0}
          onClick={() => void run(importFilesOf(plan, withHouseholds))}
        >
          {t("firstRun.rooms.add", { smart_count: rooms.length })}
        </Button>
      </Box>
    </Box>
  );
}

/** Buildings, rooms and households, by a description or from lists. */
export function RoomsStep() {
  const t = useT();
  const [way, setWay] = useState<(typeof WAYS)[number]>("byForm");
  return (
    <Box sx={{ display: "grid", gap: 2 }}>
      <ToggleChips
        label={t("firstRun.step.rooms")}
        options={WAYS.map((value) => ({ value, label: t(`firstRun.rooms.${value}`) }))}
        value={way}
        onChange={setWay}
      />
      {way === "byForm" ? <DescribeBuilding /> : <ImportCsv />}
    </Box>
  );
}
