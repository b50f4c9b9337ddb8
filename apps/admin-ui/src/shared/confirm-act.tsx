import { Alert, Button, Dialog, DialogActions, DialogContent, DialogTitle } from "@mui/material";
import { type ReactNode, useId, useRef, useState } from "react";
import { useT } from "../i18n/use-t.ts";
import { useProblemText } from "./use-problem-text.ts";

interface Props {
  title: string;
  confirmLabel: string;
  color?: "primary" | "error" | "warning";
  children: ReactNode;
  /** Resolves once the server has taken it; what it rejects with is shown and the dialog stays. */
  onConfirm: () => Promise<void>;
  onClose: () => void;
}

/** Asks once more before an act that needs no reason. */
export function ConfirmAct({ title, confirmLabel, color = "primary", children, onConfirm, onClose }: Props) {
  const t = useT();
  const problemText = useProblemText();
  const titleId = useId();
  const running = useRef(false);
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  async function confirm() {
    // State comes too late for a double click.
    if (running.current) return;
    running.current = true;
    setIsRunning(true);
    setProblem(null);
    try {
      await onConfirm();
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
      <DialogTitle id={titleId}>{title}</DialogTitle>
      <DialogContent sx={{ display: "grid", gap: 2 }}>
        {children}
        {problem !== null && <Alert severity="error">{problemText(problem)}</Alert>}
      </DialogContent>
      <DialogActions sx={{ px: 3, pb: 2 }}>
        <Button onClick={onClose} disabled={isRunning} color="inherit">
          {t("common.cancel")}
        </Button>
        <Button
          autoFocus
          variant="contained"
          color={color}
          loading={isRunning}
          onClick={() => void confirm()}
        >
          {confirmLabel}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
