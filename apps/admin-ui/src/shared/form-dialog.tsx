import { Alert, Button, Dialog, DialogActions, DialogContent, DialogTitle } from "@mui/material";
import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { useT } from "../i18n/use-t.ts";
import { useProblemText } from "./use-problem-text.ts";

export interface FormDialogProps {
  title: string;
  submitLabel: string;
  color?: "primary" | "error" | "warning";
  children: ReactNode;
  canSubmit?: boolean;
  /** Where nothing is asked, the button has the focus. */
  submitHasFocus?: boolean;
  /** Resolves once the server has taken it; what it rejects with is shown and the dialog stays. False keeps it open as well. */
  onSubmit: () => Promise<unknown>;
  onClose: () => void;
}

/** What is asked before an act, sent once however often one clicks. */
export function FormDialog({
  title,
  submitLabel,
  color = "primary",
  children,
  canSubmit = true,
  submitHasFocus = false,
  onSubmit,
  onClose,
}: FormDialogProps) {
  const t = useT();
  const problemText = useProblemText();
  const titleId = useId();
  // State comes too late for a double click.
  const running = useRef(false);
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (running.current || !canSubmit) return;
    running.current = true;
    setIsRunning(true);
    setProblem(null);
    try {
      if ((await onSubmit()) !== false) onClose();
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
        <DialogContent sx={{ display: "grid", gap: 2, "&&": { pt: 1 } }}>
          {children}
          {problem !== null && <Alert severity="error">{problemText(problem)}</Alert>}
        </DialogContent>
        <DialogActions sx={{ px: 3, pb: 2 }}>
          <Button onClick={onClose} disabled={isRunning} color="inherit">
            {t("common.cancel")}
          </Button>
          <Button
            type="submit"
            variant="contained"
            color={color}
            autoFocus={submitHasFocus}
            disabled={!canSubmit}
            loading={isRunning}
          >
            {submitLabel}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
