import {
  Alert,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogContentText,
  DialogTitle,
  TextField,
} from "@mui/material";
import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { useT } from "../i18n/use-t.ts";
import { useProblemText } from "./use-problem-text.ts";

/** What the API takes, unless it says less. */
const MAX_REASON_LENGTH = 500;

interface Props {
  title: string;
  help?: string;
  confirmLabel: string;
  /** Label of the text; without it, a required reason is asked. */
  reasonLabel?: string;
  reasonRequired?: boolean;
  maxLength?: number;
  color?: "primary" | "error" | "warning";
  /** More fields, below the reason. */
  children?: ReactNode;
  /** Resolves once the server has taken it; what it rejects with is shown and the dialog stays. */
  onConfirm: (reason: string) => Promise<void>;
  onClose: () => void;
}

/** Asks before an act that others will feel, and why. */
export function ConfirmWithReason({
  title,
  help,
  confirmLabel,
  reasonLabel,
  reasonRequired = true,
  maxLength = MAX_REASON_LENGTH,
  color = "primary",
  children,
  onConfirm,
  onClose,
}: Props) {
  const t = useT();
  const problemText = useProblemText();
  const titleId = useId();
  const running = useRef(false);
  const [reason, setReason] = useState("");
  const [isMissing, setIsMissing] = useState(false);
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const given = reason.trim();
    if (reasonRequired && given === "") {
      setIsMissing(true);
      return;
    }
    // State comes too late for a double click.
    if (running.current) return;
    running.current = true;
    setIsRunning(true);
    setProblem(null);
    try {
      await onConfirm(given);
      onClose();
    } catch (error) {
      setProblem(error);
    } finally {
      running.current = false;
      setIsRunning(false);
    }
  }

  return (
    <Dialog open onClose={isRunning ? undefined : onClose} aria-labelledby={titleId}>
      <form onSubmit={submit} noValidate>
        <DialogTitle id={titleId}>{title}</DialogTitle>
        <DialogContent sx={{ display: "grid", gap: 2 }}>
          {help !== undefined && <DialogContentText>{help}</DialogContentText>}
          <TextField
            autoFocus
            fullWidth
            multiline
            minRows={2}
            label={reasonLabel ?? t("confirm.reason")}
            required={reasonRequired}
            value={reason}
            error={isMissing}
            helperText={isMissing ? t("confirm.reasonMissing") : t("confirm.reasonHelp")}
            onChange={(event) => {
              setReason(event.target.value);
              setIsMissing(false);
            }}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit(event);
            }}
            slotProps={{ htmlInput: { maxLength } }}
            sx={{ mt: 1 }}
          />
          {children}
          {problem !== null && <Alert severity="error">{problemText(problem)}</Alert>}
        </DialogContent>
        <DialogActions sx={{ px: 3, pb: 2 }}>
          <Button onClick={onClose} disabled={isRunning} color="inherit">
            {t("common.cancel")}
          </Button>
          <Button type="submit" variant="contained" color={color} loading={isRunning}>
            {confirmLabel}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
