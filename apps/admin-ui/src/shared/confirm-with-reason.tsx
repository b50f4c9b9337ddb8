import { DialogContentText, TextField } from "@mui/material";
import { type ReactNode, useState } from "react";
import { useT } from "../i18n/use-t.ts";
import { FormDialog } from "./form-dialog.tsx";

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
  const [reason, setReason] = useState("");
  const [isMissing, setIsMissing] = useState(false);

  async function confirm(): Promise<boolean> {
    const given = reason.trim();
    const isLacking = reasonRequired && given === "";
    setIsMissing(isLacking);
    if (!isLacking) await onConfirm(given);
    return !isLacking;
  }

  return (
    <FormDialog {...{ title, color, onClose }} submitLabel={confirmLabel} onSubmit={confirm}>
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
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
            event.currentTarget.closest("form")?.requestSubmit();
        }}
        slotProps={{ htmlInput: { maxLength } }}
      />
      {children}
    </FormDialog>
  );
}
