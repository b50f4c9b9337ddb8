import {
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  TextField,
  Typography,
} from "@mui/material";
import { useId, useMemo, useState } from "react";
import { useT } from "../../i18n/use-t.ts";
import { matchPastedRooms, type PlacedHousehold } from "./pasted-rooms.ts";

/** A list of rooms from elsewhere; says what it understood before anything is chosen. */
export function PasteRooms({
  households,
  onAdd,
  onClose,
}: {
  households: readonly PlacedHousehold[];
  onAdd: (found: readonly PlacedHousehold[]) => void;
  onClose: () => void;
}) {
  const t = useT();
  const titleId = useId();
  const [text, setText] = useState("");
  const { found, unknown, ambiguous } = useMemo(() => matchPastedRooms(text, households), [text, households]);
  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId}>
      <DialogTitle id={titleId}>{t("picker.paste")}</DialogTitle>
      <DialogContent sx={{ display: "grid", gap: 1.5 }}>
        <TextField
          autoFocus
          multiline
          minRows={5}
          maxRows={12}
          label={t("picker.rooms")}
          helperText={t("picker.roomsHelp")}
          value={text}
          onChange={(event) => setText(event.target.value)}
          sx={{ mt: 1 }}
        />
        <div role="status">
          {text.trim() !== "" && (
            <Typography variant="body2">{t("picker.understood", { smart_count: found.length })}</Typography>
          )}
          {unknown.length > 0 && (
            <Typography variant="body2" color="error">
              {t("picker.unknown", { rooms: unknown.join(", ") })}
            </Typography>
          )}
          {ambiguous.length > 0 && (
            <Typography variant="body2" color="error">
              {t("picker.ambiguous", { rooms: ambiguous.join(", ") })}
            </Typography>
          )}
        </div>
      </DialogContent>
      <DialogActions sx={{ px: 3, pb: 2 }}>
        <Button color="inherit" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button
          variant="contained"
          disabled={found.length === 0}
          onClick={() => {
            onAdd(found);
            onClose();
          }}
        >
          {t("picker.addHere", { smart_count: found.length })}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
