import type { ReactNode } from "react";
import { FormDialog } from "./form-dialog.tsx";

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
export const ConfirmAct = ({ confirmLabel, onConfirm, ...dialog }: Props) => (
  <FormDialog {...dialog} submitLabel={confirmLabel} submitHasFocus onSubmit={onConfirm} />
);
