import { Box, Paper, TextField, Typography } from "@mui/material";
import { type KeyboardEvent, type Ref, useEffect, useId, useState } from "react";
import type { Household } from "../api/rows.ts";
import { otherResidents } from "../households/resident-names.ts";
import { useT } from "../i18n/use-t.ts";
import { LoadFailed } from "../shared/load-failed.tsx";
import { tapHeight } from "../theme/touch.ts";
import { useHouseholdSearch } from "./use-household-search.ts";

interface Props {
  inputRef: Ref<HTMLInputElement>;
  onPick: (householdId: string) => void;
}

/** A combobox after the ARIA pattern. Enter before the answer is there picks as soon as it comes. */
export function HouseholdFinder({ inputRef, onPick }: Props) {
  const t = useT();
  const listId = useId();
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const [wantsFirst, setWantsFirst] = useState(false);
  const { found, isSettled, error } = useHouseholdSearch(typed);
  const isOpen = typed.trim() !== "";
  const at = Math.min(active, Math.max(found.length - 1, 0));

  useEffect(() => {
    if (!wantsFirst || !isSettled) return;
    setWantsFirst(false);
    const [best] = found;
    if (best !== undefined) onPick(best.id);
  }, [wantsFirst, isSettled, found, onPick]);

  function press(event: KeyboardEvent) {
    // An input method confirms its own word with Enter.
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((at + step + found.length) % Math.max(found.length, 1));
    } else if (event.key === "Enter" && isOpen) {
      event.preventDefault();
      const chosen = isSettled ? found[at] : undefined;
      if (chosen !== undefined) onPick(chosen.id);
      else setWantsFirst(!isSettled);
    } else if (event.key === "Escape") {
      setTyped("");
    }
  }

  const optionId = (index: number) => `${listId}-${index}`;
  const message = !isOpen
    ? ""
    : !isSettled
      ? t("desk.searching")
      : found.length === 0
        ? t("desk.nothing", { query: typed.trim() })
        : t("desk.found", { smart_count: found.length });
  return (
    <Box>
      <TextField
        inputRef={inputRef}
        autoFocus
        fullWidth
        label={t("desk.find")}
        helperText={t("desk.findHelp")}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setActive(0);
          setWantsFirst(false);
        }}
        onKeyDown={press}
        slotProps={{
          htmlInput: {
            role: "combobox",
            autoComplete: "off",
            spellCheck: false,
            "aria-expanded": isOpen && found.length > 0,
            "aria-controls": listId,
            "aria-autocomplete": "list",
            "aria-activedescendant": isOpen && found.length > 0 ? optionId(at) : undefined,
            style: { fontSize: "1.25rem" },
          },
        }}
      />
      <Typography role="status" variant="body2" color="textSecondary" sx={{ minHeight: 22, mt: 0.5 }}>
        {message}
      </Typography>
      {error !== null && error !== undefined && <LoadFailed error={error} />}
      <Paper
        variant="outlined"
        component="ul"
        role="listbox"
        id={listId}
        aria-label={t("desk.results")}
        sx={{
          m: 0,
          mt: 0.5,
          p: 0,
          overflow: "hidden",
          display: isOpen && found.length > 0 ? "block" : "none",
        }}
      >
        {found.map((each, index) => (
          <FoundRow
            key={each.id}
            id={optionId(index)}
            household={each}
            isActive={index === at}
            onPick={() => onPick(each.id)}
          />
        ))}
      </Paper>
    </Box>
  );
}

interface RowProps {
  id: string;
  household: Household;
  isActive: boolean;
  onPick: () => void;
}

function FoundRow({ id, household, isActive, onPick }: RowProps) {
  const others = otherResidents(household);
  return (
    <Box
      component="li"
      role="option"
      id={id}
      aria-selected={isActive}
      // The field keeps the focus: the keyboard works in it, the mouse here.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onPick}
      sx={{
        display: "flex",
        gap: 2,
        px: 2,
        py: 1,
        ...tapHeight(40),
        alignItems: "center",
        cursor: "pointer",
        backgroundColor: isActive ? "action.selected" : "transparent",
        "&:hover": { backgroundColor: "action.hover" },
        "& + &": { borderTop: 1, borderColor: "divider" },
      }}
    >
      <Typography component="span" sx={{ fontWeight: 700, minWidth: 64 }}>
        {household.unitName}
      </Typography>
      <Typography component="span" sx={{ minWidth: 0 }}>
        {household.name}
        {others !== "" && (
          <Typography component="span" variant="body2" color="textSecondary">
            {" "}
            · {others}
          </Typography>
        )}
      </Typography>
    </Box>
  );
}
