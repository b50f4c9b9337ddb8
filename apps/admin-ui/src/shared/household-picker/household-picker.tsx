import { Alert, Autocomplete, Box, Button, MenuItem, TextField, Typography } from "@mui/material";
import { useMemo, useState } from "react";
import { useT } from "../../i18n/use-t.ts";
import { LoadFailed } from "../load-failed.tsx";
import { Waiting } from "../waiting.tsx";
import { PasteRooms } from "./paste-rooms.tsx";
import type { PlacedHousehold } from "./pasted-rooms.ts";
import { usePlacedHouseholds } from "./use-placed-households.ts";

const EVERY = "";

interface Props {
  /** Ids, in the order chosen. */
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** Many households at once: a building or a floor, one by search, or a pasted list of rooms. */
export function HouseholdPicker({ chosen, onChange }: Props) {
  const { data, error, refetch } = usePlacedHouseholds();
  if (data === undefined)
    return error ? <LoadFailed error={error} retry={() => void refetch()} /> : <Waiting rows={3} />;
  return <Picker {...data} chosen={chosen} onChange={onChange} />;
}

function Picker({
  buildings,
  households,
  chosen,
  onChange,
}: Props & { buildings: readonly { id: string; name: string }[]; households: readonly PlacedHousehold[] }) {
  const t = useT();
  const [isPasting, setIsPasting] = useState(false);
  const byId = useMemo(() => new Map(households.map((each) => [each.id, each])), [households]);
  const isChosen = useMemo(() => new Set(chosen), [chosen]);
  const add = (more: readonly PlacedHousehold[]) =>
    onChange([...new Set([...chosen, ...more.map(({ id }) => id)])]);
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <ByPlace buildings={buildings} households={households} onAdd={add} />
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap", alignItems: "start" }}>
        <Autocomplete
          sx={{ flex: 1, minWidth: 220 }}
          size="small"
          value={null}
          blurOnSelect={false}
          clearOnBlur
          options={households.filter(({ id }) => !isChosen.has(id))}
          getOptionLabel={labelOf}
          getOptionKey={({ id }) => id}
          onChange={(_event, household) => household && add([household])}
          noOptionsText={t("lists.noMatch")}
          renderInput={(params) => <TextField {...params} label={t("picker.search")} />}
        />
        <Button
          variant="outlined"
          color="inherit"
          onClick={() => setIsPasting(true)}
          sx={{ minHeight: 40, borderColor: "divider" }}
        >
          {t("picker.paste")}
        </Button>
      </Box>
      <Chosen
        households={chosen.map((id) => byId.get(id) ?? unknownHousehold(id))}
        onRemove={(id) => onChange(chosen.filter((each) => each !== id))}
        onClear={() => onChange([])}
      />
      {isPasting && <PasteRooms households={households} onAdd={add} onClose={() => setIsPasting(false)} />}
    </Box>
  );
}

const labelOf = ({ buildingName, unitName, name }: PlacedHousehold) =>
  [buildingName, unitName, name].filter(Boolean).join(" · ");

/** Closed since it was chosen. */
const unknownHousehold = (id: string): PlacedHousehold => ({
  id,
  name: "—",
  unitName: "—",
  buildingId: "",
  buildingName: "",
  floor: 0,
});

function ByPlace({
  buildings,
  households,
  onAdd,
}: {
  buildings: readonly { id: string; name: string }[];
  households: readonly PlacedHousehold[];
  onAdd: (more: readonly PlacedHousehold[]) => void;
}) {
  const t = useT();
  const [buildingId, setBuildingId] = useState(EVERY);
  const [floor, setFloor] = useState(EVERY);
  const inBuilding = households.filter((each) => buildingId === EVERY || each.buildingId === buildingId);
  const floors = [...new Set(inBuilding.map((each) => each.floor))].sort((a, b) => a - b);
  const here = inBuilding.filter((each) => floor === EVERY || each.floor === Number(floor));
  return (
    <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap", alignItems: "start" }}>
      <TextField
        select
        label={t("picker.building")}
        value={buildingId}
        onChange={(event) => {
          setBuildingId(event.target.value);
          setFloor(EVERY);
        }}
        sx={{ flex: "1 1 140px" }}
        slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
      >
        <MenuItem value={EVERY}>{t("picker.everyBuilding")}</MenuItem>
        {buildings.map(({ id, name }) => (
          <MenuItem key={id} value={id}>
            {name}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        select
        label={t("picker.floor")}
        value={floor}
        onChange={(event) => setFloor(event.target.value)}
        sx={{ flex: "1 1 120px" }}
        slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
      >
        <MenuItem value={EVERY}>{t("picker.everyFloor")}</MenuItem>
        {floors.map((value) => (
          <MenuItem key={value} value={String(value)}>
            {t("picker.floorNumber", { floor: value })}
          </MenuItem>
        ))}
      </TextField>
      <Button
        variant="outlined"
        disabled={here.length === 0}
        onClick={() => onAdd(here)}
        sx={{ minHeight: 40 }}
      >
        {t("picker.addHere", { smart_count: here.length })}
      </Button>
    </Box>
  );
}

/** More than these are counted, not shown: nobody reads 2,000 chips. */
const MOST_SHOWN = 60;

function Chosen({
  households,
  onRemove,
  onClear,
}: {
  households: readonly PlacedHousehold[];
  onRemove: (id: string) => void;
  onClear: () => void;
}) {
  const t = useT();
  if (households.length === 0) return <Alert severity="info">{t("picker.none")}</Alert>;
  const hidden = households.length - MOST_SHOWN;
  return (
    <Box sx={{ display: "grid", gap: 1 }}>
      <Box sx={{ display: "flex", alignItems: "center", gap: 1 }}>
        <Typography role="status" variant="body2" sx={{ fontWeight: 600 }}>
          {t("picker.chosen", { smart_count: households.length })}
        </Typography>
        <Button size="small" color="inherit" onClick={onClear}>
          {t("picker.clear")}
        </Button>
      </Box>
      <Box
        component="ul"
        aria-label={t("picker.chosenLabel")}
        sx={{ m: 0, p: 0, display: "flex", gap: 0.75, flexWrap: "wrap" }}
      >
        {households.slice(0, MOST_SHOWN).map(({ id, unitName, name }) => (
          <Box component="li" key={id} sx={{ listStyle: "none" }}>
            <Button
              size="small"
              variant="outlined"
              color="inherit"
              aria-label={t("picker.remove", { name: `${unitName} ${name}` })}
              onClick={() => onRemove(id)}
              sx={{ minWidth: 0, py: 0.25, px: 1, borderColor: "divider" }}
            >
              {unitName}
              <Box component="span" aria-hidden sx={{ ml: 0.75, color: "text.secondary" }}>
                ×
              </Box>
            </Button>
          </Box>
        ))}
      </Box>
      {hidden > 0 && (
        <Typography variant="caption" color="textSecondary">
          {t("picker.more", { smart_count: hidden })}
        </Typography>
      )}
    </Box>
  );
}
