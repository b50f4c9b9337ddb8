import { Alert, Button, Dialog, DialogActions, DialogContent, DialogTitle } from "@mui/material";
import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { useT } from "../i18n/use-t.ts";
import { useProblemText } from "./use-problem-text.ts";

/** A few fields that are sent together; what the server refuses is shown and the fields stay. */
export function FormDialog({
  title,
  submitLabel,
  children,
  canSubmit = true,
  onSubmit,
  onClose,
}: {
  title: string;
  submitLabel: string;
  children: ReactNode;
  canSubmit?: boolean;
  /** Resolves once the server has taken it. */
  onSubmit: () => Promise<void>;
  onClose: () => void;
}) {
  const t = useT();
  const problemText = useProblemText();
  const titleId = useId();
  const running = useRef(false);
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    // State comes too late for a double click.
    if (running.current || !canSubmit) return;
    running.current = true;
    setIsRunning(true);
    setProblem(null);
    try {
      await onSubmit();
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
        <DialogContent sx={{ display: "grid", gap: 2, "&&": { pt: 1 } }}>
          {children}
          {problem !== null && <Alert severity="error">{problemText(problem)}</Alert>}
        </DialogContent>
        <DialogActions sx={{ px: 3, pb: 2 }}>
          <Button onClick={onClose} disabled={isRunning} color="inherit">
            {t("common.cancel")}
          </Button>
          <Button type="submit" variant="contained" disabled={!canSubmit} loading={isRunning}>
            {submitLabel}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
