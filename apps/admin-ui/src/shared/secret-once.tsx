import CopyIcon from "@mui/icons-material/ContentCopyOutlined";
import { Alert, Button, Dialog, DialogActions, DialogContent, DialogTitle, TextField } from "@mui/material";
import { useId } from "react";
import { useNotify } from "react-admin";
import { useT } from "../i18n/use-t.ts";

/** A secret that the server tells only now: to be copied before the window closes. */
export function SecretOnce({
  title,
  label,
  help,
  secret,
  onClose,
}: {
  title: string;
  label: string;
  help: string;
  secret: string;
  onClose: () => void;
}) {
  const t = useT();
  const notify = useNotify();
  const titleId = useId();
  const copy = () =>
    navigator.clipboard
      .writeText(secret)
      .then(() => notify(t("common.copied"), { type: "success" }))
      .catch(() => notify(t("common.notCopied"), { type: "warning" }));
  return (
    <Dialog open aria-labelledby={titleId}>
      <DialogTitle id={titleId}>{title}</DialogTitle>
      <DialogContent sx={{ display: "grid", gap: 2 }}>
        <Alert severity="warning">{help}</Alert>
        <TextField
          label={label}
          value={secret}
          multiline
          autoFocus
          onFocus={(event) => event.target.select()}
          slotProps={{
            htmlInput: { readOnly: true, spellCheck: false, style: { fontFamily: "monospace" } },
          }}
        />
      </DialogContent>
      <DialogActions sx={{ px: 3, pb: 2 }}>
        {/* Without TLS a browser offers no clipboard; the text stands selected. */}
        {navigator.clipboard !== undefined && (
          <Button startIcon={<CopyIcon aria-hidden />} onClick={() => void copy()} color="inherit">
            {t("common.copy")}
          </Button>
        )}
        <Button variant="contained" onClick={onClose}>
          {t("common.kept")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
